//! Submitting and reading orders. The moves are in `primary_actions.rs`.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset};
use entity::ids::{PhotoId, VideoId};
use entity::kinds::{Channel, Datum, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::idempotency::{IdempotencyKey, fingerprint};
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::actions::endorse;
use crate::orders::rules::actor::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::orders::search::nearby::{self, DraftContext, NearbyOrder, SimilarOrder};
use crate::orders::search::place_history::{self, EarlierOrder};
use crate::orders::submit::draft::{GivenPoint, NewOrder};
use crate::orders::submit::preview::{self, DispatchPreview, PreviewDispatch};
use crate::orders::submit::{self, IdempotencyScope};
use crate::orders::view::OrderView;
use crate::orders::view::read::{self, TimelineItem};
use crate::orders::view::summary::OrderSummary;

pub mod primary_actions;
pub mod secondary_actions;

/// A delegate's report.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct SubmitOrder {
    /// The problem: 4 to 2000 characters, from 2 with a photo.
    #[schema(min_length = 2, max_length = 2000)]
    pub description: String,
    /// Required unless a site's code is given.
    pub location: Option<GivenPoint>,
    /// Code or name; left out, it is suggested from the text.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    /// Uploaded before by the same person; at most 9.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<PhotoId>,
    /// A short video that the same person uploaded before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_id: Option<VideoId>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Of the printed code that was scanned.
    #[schema(max_length = 64)]
    pub site_code: Option<String>,
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// Default true.
    pub wants_follow_up: Option<bool>,
    /// 保密: units see the matter, not who reported it.
    #[serde(default)]
    pub confidential: bool,
}

/// Submits a report: it gets a number and a unit, and its deadlines start
#[utoipa::path(
    tag = "orders",
    request_body = SubmitOrder,
    params(("Idempotency-Key" = String, Header, description = "8 to 128 visible characters")),
    responses((status = 201, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders")]
pub async fn submit_order(
    app: web::Data<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: web::Json<SubmitOrder>,
) -> Result<HttpResponse> {
    caller.require(Role::Delegate)?;
    let body = body.into_inner();
    let claim = IdempotencyScope {
        person: caller.person,
        key: key.required()?,
        fingerprint: fingerprint("POST /orders", &body),
    };
    let new = NewOrder {
        channel: if body.site_code.is_some() {
            Channel::Scan
        } else {
            Channel::Snap
        },
        reporter: caller.person,
        filed_by: None,
        description: body.description,
        location: body.location,
        address: body.address,
        category: body.category,
        photos: body.photo_ids,
        video: body.video_id,
        site_code: body.site_code,
        occurred_at: body.occurred_at.map(|time| time.to_utc()),
        wants_follow_up: body.wants_follow_up.unwrap_or(true),
        confidential: body.confidential,
        number: None,
        call_id: None,
    };
    let answer = submit::submit(&app, &Actor::from(&caller), new, Some(&claim)).await?;
    Ok(answer.respond())
}

/// Orders that the caller may see.
#[utoipa::path(
    tag = "orders",
    params(ListQuery, Paging),
    responses((status = 200, body = Page<OrderSummary>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders")]
pub async fn list_orders(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ListQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<OrderSummary>>> {
    let page = list::list(&app, &Actor::from(&caller), &query, &paging).await?;
    Ok(web::Json(page))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NearbyQuery {
    #[param(minimum = -180, maximum = 180)]
    pub longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    pub latitude: f64,
    pub datum: Datum,
    /// Code or name; only orders of this category.
    #[param(required = false)]
    pub category: Option<String>,
    /// The text of the draft; orders that are likely the same matter come first. The first 200 characters count.
    #[param(required = false)]
    pub text: Option<String>,
    /// Ids of the caller's own photos, separated by commas; at most 9.
    #[param(required = false)]
    pub photo_ids: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Nearby {
    pub items: Vec<NearbyOrder>,
}

/// Open orders within 500 m of a place: is the matter known already? The nearest first; with words or photos of the
/// report, the likest first.
#[utoipa::path(
    tag = "orders",
    params(NearbyQuery),
    responses((status = 200, body = Nearby), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/nearby")]
pub async fn nearby_orders(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<NearbyQuery>,
) -> Result<web::Json<Nearby>> {
    let point = GivenPoint {
        longitude: query.longitude,
        latitude: query.latitude,
        datum: query.datum,
        accuracy_m: None,
    };
    let known = DraftContext {
        category: query.category.as_deref(),
        text: query.text.as_deref().unwrap_or_default(),
        photos: nearby::photo_ids(query.photo_ids.as_deref())?,
    };
    let items = nearby::find_nearby(&app, &Actor::from(&caller), point, known).await?;
    Ok(web::Json(Nearby { items }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Similar {
    pub items: Vec<SimilarOrder>,
}

/// Open orders that may be the same matter as this one, the likest first; for the operator who merges.
#[utoipa::path(
    tag = "orders",
    params(("number" = String, Path)),
    responses((status = 200, body = Similar), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/{number}/similar")]
pub async fn similar_orders(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<web::Json<Similar>> {
    caller.require(Role::Operator)?;
    let items = nearby::similar(&app, &Actor::from(&caller), &number).await?;
    Ok(web::Json(Similar { items }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceHistory {
    pub items: Vec<EarlierOrder>,
}

/// Lists earlier orders at this order's place, within 50 m and three years, the newest first
#[utoipa::path(
    tag = "orders",
    params(("number" = String, Path)),
    responses((status = 200, body = PlaceHistory), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/{number}/place-history")]
pub async fn order_place_history(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<web::Json<PlaceHistory>> {
    let items = place_history::of(&app, &Actor::from(&caller), &number).await?;
    Ok(web::Json(PlaceHistory { items }))
}

/// Previews the unit of a report and the reason; stores nothing. A POST, so that no description is in a URL
#[utoipa::path(
    tag = "orders",
    request_body = PreviewDispatch,
    responses((status = 200, body = DispatchPreview), WriteErrors),
    security(("bearer" = []))
)]
#[post("/dispatch/preview")]
pub async fn preview_dispatch(
    app: web::Data<App>,
    _caller: Caller,
    body: web::Json<PreviewDispatch>,
) -> Result<web::Json<DispatchPreview>> {
    Ok(web::Json(
        preview::preview(&app.state::<CityHandle>().load(), &body).await?,
    ))
}

/// One order, as the caller may see it.
#[utoipa::path(
    tag = "orders",
    params(("number" = String, Path)),
    responses((status = 200, body = OrderView), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/{number}")]
pub async fn get_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse> {
    let view = read::detail(&app, &Actor::from(&caller), &number).await?;
    Ok(primary_actions::with_version(&view))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    pub items: Vec<TimelineItem>,
}

/// Returns the history of an order, as far as the caller may read it
#[utoipa::path(
    tag = "orders",
    params(("number" = String, Path)),
    responses((status = 200, body = Timeline), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/{number}/timeline")]
pub async fn get_timeline(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<web::Json<Timeline>> {
    let items = read::timeline(&app, &Actor::from(&caller), &number).await?;
    Ok(web::Json(Timeline { items }))
}

/// 附议: raises the same matter. Twice is once.
#[utoipa::path(
    tag = "orders",
    params(("number" = String, Path)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/endorsements")]
pub async fn endorse_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse> {
    let view = endorse::endorse(&app, &Actor::from(&caller), &number).await?;
    Ok(primary_actions::with_version(&view))
}
