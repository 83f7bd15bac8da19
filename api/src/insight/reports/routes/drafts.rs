//! `/insight-reports/{id}`: text, issue, send, revisions.

use actix_web::{get, post, put, web};
use entity::ids::{PhotoId, ReportId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::insight::reports::body::Body;
use crate::insight::reports::drafts::read;
use crate::insight::reports::drafts::service::{self as drafts, Recipients};
use crate::insight::reports::drafts::text::EditedText;
use crate::insight::reports::routes::{ReportInFull, in_full};
use crate::insight::reports::service;

#[derive(Debug, Deserialize, ToSchema)]
pub struct EditReport {
    /// The revision that was edited.
    pub revision: i32,
    pub title: String,
    /// One text per section of the body, a paragraph a line. An unchanged paragraph keeps the sources of its numbers.
    pub sections: Vec<String>,
    /// Photos that are not to be in the report.
    #[serde(default)]
    pub removed_photos: Vec<PhotoId>,
}

/// Save an edited text as the next revision of a draft.
#[utoipa::path(
    tag = "insight",
    request_body = EditReport,
    params(("id" = ReportId, Path)),
    responses(
        (status = 200, body = ReportInFull),
        (status = 409, description = "`report_issued`, `report_changed`, `report_not_ready`", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        WriteErrors
    ),
    security(("bearer" = []))
)]
#[put("/insight-reports/{id}/text")]
pub async fn edit_report(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ReportId>,
    body: web::Json<EditReport>,
) -> Result<web::Json<ReportInFull>> {
    let EditReport {
        revision,
        title,
        sections,
        removed_photos,
    } = body.into_inner();
    let edited = EditedText {
        title,
        sections,
        removed_photos,
    };
    let report = drafts::edit(&app, &caller, *id, revision, &edited).await?;
    Ok(web::Json(in_full(&app, &report).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct IssueReport {
    /// The revision that is issued.
    pub revision: i32,
}

/// Issue (签发) a draft: it gets its number, and its text is fixed.
#[utoipa::path(
    tag = "insight",
    request_body = IssueReport,
    params(("id" = ReportId, Path)),
    responses(
        (status = 200, body = ReportInFull),
        (status = 409, description = "`report_issued`, `report_changed`, `report_not_ready`", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        WriteErrors
    ),
    security(("bearer" = []))
)]
#[post("/insight-reports/{id}/issue")]
pub async fn issue_report(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ReportId>,
    body: web::Json<IssueReport>,
) -> Result<web::Json<ReportInFull>> {
    let report = drafts::issue(&app, &caller, *id, body.revision).await?;
    Ok(web::Json(in_full(&app, &report).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SendReport {
    /// Counties by code or name; their standing committees may read the report from then on.
    #[serde(default)]
    pub areas: Vec<String>,
    /// Committees by name.
    #[serde(default)]
    pub committees: Vec<String>,
}

/// Send an issued report to counties and committees.
#[utoipa::path(
    tag = "insight",
    request_body = SendReport,
    params(("id" = ReportId, Path)),
    responses(
        (status = 200, body = ReportInFull),
        (status = 409, description = "`report_not_issued`", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        WriteErrors
    ),
    security(("bearer" = []))
)]
#[post("/insight-reports/{id}/send")]
pub async fn send_report(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ReportId>,
    body: web::Json<SendReport>,
) -> Result<web::Json<ReportInFull>> {
    let SendReport { areas, committees } = body.into_inner();
    let to = Recipients {
        counties: areas,
        committees,
    };
    let report = drafts::send(&app, &caller, *id, &to).await?;
    Ok(web::Json(in_full(&app, &report).await?))
}

/// The text of one revision.
#[utoipa::path(
    tag = "insight",
    params(("id" = ReportId, Path), ("revision" = i32, Path)),
    responses((status = 200, body = Body), ReadErrors),
    security(("bearer" = []))
)]
#[get("/insight-reports/{id}/revisions/{revision}")]
pub async fn show_revision(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ReportId, i32)>,
) -> Result<web::Json<Body>> {
    let (id, revision) = path.into_inner();
    let report = service::visible(&app, &caller, id).await?;
    Ok(web::Json(read::revision(&app, report.id, revision).await?))
}
