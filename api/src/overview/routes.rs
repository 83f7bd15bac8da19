//! The one screen, its stream, the table of rates, and a delegate's own activity.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING};
use actix_web::{HttpRequest, HttpResponse, get, web};
use entity::ids::PersonId;
use futures_util::StreamExt as _;
use serde::Deserialize;
use utoipa::IntoParams;

use super::activity::{self, Activity};
use super::appraisal::{self, Appraisal, AppraisalGrouping};
use super::scope::{self, Scope, ScopeQuery};
use super::screen_hub::PayloadFormat;
use super::view::Screen;
use super::{screen, stream};
use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::http::connections::table::Connection;
use crate::http::responses::ReadErrors;

/// Returns the requested scope, as of today.
pub fn scope_of(app: &App, caller: &Caller, query: &ScopeQuery) -> Result<Scope> {
    let city = app.state::<CityHandle>().load();
    scope::scope(&city, caller, query, local_date(app.clock.now(), city.zone()))
}

/// 一屏: counts by stage, light and county, three rates, units ranked, trend, nearest deadlines, supervision.
#[utoipa::path(
    tag = "overview",
    params(ScopeQuery),
    responses((status = 200, body = Screen), ReadErrors),
    security(("bearer" = []))
)]
#[get("/overview")]
pub async fn show_overview(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ScopeQuery>,
) -> Result<HttpResponse> {
    let scope = scope_of(&app, &caller, &query)?;
    let screen = screen::screen(&app, &scope, app.clock.now()).await?;
    Ok(HttpResponse::Ok().json(screen))
}

/// Streams the overview: `overview` with the whole screen when counts have changed, at most once a second; `order` with
/// one order's news; `resync` when events were missed; `over` when the session or the server ends. `Last-Event-ID`
/// returns the missed events.
#[utoipa::path(
    tag = "overview",
    params(ScopeQuery, ("Last-Event-ID" = Option<String>, Header)),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        ReadErrors
    ),
    security(("bearer" = []))
)]
#[get("/overview/stream")]
pub async fn stream_overview(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ScopeQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    // A live screen is about now.
    let query = ScopeQuery {
        on: None,
        ..query.into_inner()
    };
    let scope = scope_of(&app, &caller, &query)?;
    events(&app, &caller, &scope, PayloadFormat::Json, &request).await
}

/// Opens the stream in one of its forms.
pub async fn events(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    face: PayloadFormat,
    request: &HttpRequest,
) -> Result<HttpResponse> {
    let last = request.headers().get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok()?.parse().ok());
    let events = stream::open(app, caller, scope, face, last).await?;
    // A tab that is closed gives its place back at once, and not at the next heartbeat.
    let connection = request
        .conn_data::<Arc<Connection>>()
        .map(|connection| connection.gone());
    let events = events.take_until(async move {
        match connection {
            Some(gone) => gone.await,
            None => std::future::pending().await,
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compression per screen would cost more than everything else.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AppraisalQuery {
    /// `unit` (default), `area`, `category` or `time`.
    #[param(required = false)]
    by: Option<AppraisalGrouping>,
    #[param(required = false)]
    area: Option<String>,
    /// `30d`, `day`, `week`, `month` (default), `quarter` or `year`.
    #[param(required = false)]
    period: Option<String>,
    /// A day of the span that is asked for; left out: today.
    #[param(required = false)]
    on: Option<String>,
}

/// 考评: the three rates as a table.
#[utoipa::path(
    tag = "overview",
    params(AppraisalQuery),
    responses((status = 200, body = Appraisal), ReadErrors),
    security(("bearer" = []))
)]
#[get("/appraisal")]
pub async fn show_appraisal(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<AppraisalQuery>,
) -> Result<HttpResponse> {
    let AppraisalQuery { by, area, period, on } = query.into_inner();
    let scope = scope_of(&app, &caller, &ScopeQuery { area, period, on })?;
    let table = appraisal::appraisal(&app, &scope, by.unwrap_or_default()).await?;
    Ok(HttpResponse::Ok().json(table))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// `30d`, `day`, `week`, `month`, `quarter` or `year` (default).
    #[param(required = false)]
    period: Option<String>,
    /// A day of the span that is asked for; left out: today.
    #[param(required = false)]
    on: Option<String>,
}

/// 代表履职: one's own.
#[utoipa::path(
    tag = "overview",
    params(ActivityQuery),
    responses((status = 200, body = Activity), ReadErrors),
    security(("bearer" = []))
)]
#[get("/me/activity")]
pub async fn own_activity(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ActivityQuery>,
) -> Result<HttpResponse> {
    let period = period_of(&app, &query)?;
    Ok(HttpResponse::Ok().json(activity::own(&app, &caller, period).await?))
}

/// Returns 代表履职 of a delegate, for their committee.
#[utoipa::path(
    tag = "overview",
    params(("id" = PersonId, Path), ActivityQuery),
    responses((status = 200, body = Activity), ReadErrors),
    security(("bearer" = []))
)]
#[get("/people/{id}/activity")]
pub async fn delegate_activity(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<PersonId>,
    query: web::Query<ActivityQuery>,
) -> Result<HttpResponse> {
    let period = period_of(&app, &query)?;
    let activity = activity::for_committee(&app, &caller, id.into_inner(), period).await?;
    Ok(HttpResponse::Ok().json(activity))
}

fn period_of(app: &App, query: &ActivityQuery) -> Result<super::period::Window> {
    let today = local_date(app.clock.now(), app.state::<CityHandle>().load().zone());
    let period = query.period.as_deref().or(Some("year"));
    scope::period(period, query.on.as_deref(), today)
}
