//! 整改台账: set, report, verify.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::{CampaignId, FileId, MeasureId, PhotoId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::supervision::measures::done::{self, Report};
use crate::supervision::measures::set::{self, NewMeasure};
use crate::supervision::measures::verify::{self, Verification};
use crate::supervision::measures::view::{self, MeasureView};
use crate::supervision::opinions::routes::OpenOnly;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SetMeasure {
    #[schema(min_length = 2, max_length = 2000)]
    pub text: String,
    /// The responsible unit, by name, alias, code or id.
    pub unit: String,
    #[serde(deserialize_with = "crate::moments::moment")]
    pub due_at: DateTime<FixedOffset>,
}

/// Adds a line to the rectification ledger.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = SetMeasure,
    responses((status = 201, body = MeasureView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/measures")]
pub async fn set_measure(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<SetMeasure>,
) -> Result<HttpResponse> {
    let SetMeasure { text, unit, due_at } = body.into_inner();
    let due_at = due_at.with_timezone(&Utc);
    let new = NewMeasure { text, unit, due_at };
    let row = set::set(&app, &caller, id.into_inner(), new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view::one(&app, row).await?))
}

/// Lists the measures that concern the caller, the newest first; a handler's are those of their unit.
#[utoipa::path(
    tag = "campaigns",
    params(Paging, OpenOnly),
    responses((status = 200, body = Page<MeasureView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/measures")]
pub async fn list_measures(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
    query: web::Query<OpenOnly>,
) -> Result<web::Json<Page<MeasureView>>> {
    Ok(web::Json(view::list(&app, &caller, query.open, &paging).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReportMeasure {
    #[schema(min_length = 2, max_length = 5000)]
    pub text: String,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub photo_ids: Vec<PhotoId>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub file_ids: Vec<FileId>,
}

/// The responsible unit reports a measure as done.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = MeasureId, Path)),
    request_body = ReportMeasure,
    responses((status = 200, body = MeasureView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/measures/{id}/done")]
pub async fn report_measure(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<MeasureId>,
    body: web::Json<ReportMeasure>,
) -> Result<web::Json<MeasureView>> {
    let ReportMeasure {
        text,
        photo_ids,
        file_ids,
    } = body.into_inner();
    let report = Report {
        text,
        photos: photo_ids,
        files: file_ids,
    };
    let row = done::report(&app, &caller, id.into_inner(), report, app.clock.now()).await?;
    Ok(web::Json(view::one(&app, row).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct VerifyMeasure {
    pub passed: bool,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: String,
}

/// Verifies what was reported (销号), or sends it back.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = MeasureId, Path)),
    request_body = VerifyMeasure,
    responses((status = 200, body = MeasureView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/measures/{id}/verify")]
pub async fn verify_measure(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<MeasureId>,
    body: web::Json<VerifyMeasure>,
) -> Result<web::Json<MeasureView>> {
    let VerifyMeasure { passed, note } = body.into_inner();
    let verification = Verification { passed, note: &note };
    let row = verify::verify(&app, &caller, id.into_inner(), verification, app.clock.now()).await?;
    Ok(web::Json(view::one(&app, row).await?))
}
