//! Documents to a government, their replies, and what the committee says of them.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::{CampaignId, FileId};
use entity::kinds::OpinionKind;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::supervision::opinions::decide::{self, ReplyDecision};
use crate::supervision::opinions::issue::{self, NewOpinion};
use crate::supervision::opinions::print;
use crate::supervision::opinions::reply::{self, NewOpinionReply};
use crate::supervision::opinions::view::{self, OpinionView};

#[derive(Debug, Deserialize, ToSchema)]
pub struct IssueOpinion {
    pub kind: OpinionKind,
    /// 主送, by name, alias, code or id.
    pub to_unit: String,
    #[schema(min_length = 2, max_length = 150)]
    pub title: String,
    /// Each line is a paragraph of the letter.
    #[schema(min_length = 2, max_length = 15000)]
    pub text: String,
    /// By when the government has to reply.
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub due_at: Option<DateTime<FixedOffset>>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub file_ids: Vec<FileId>,
}

/// Issues a numbered document to a government: a suggestion, an opinion, a decision.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = IssueOpinion,
    responses((status = 201, body = OpinionView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/opinions")]
pub async fn issue_opinion(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<IssueOpinion>,
) -> Result<HttpResponse> {
    let IssueOpinion {
        kind,
        to_unit,
        title,
        text,
        due_at,
        file_ids,
    } = body.into_inner();
    let new = NewOpinion {
        kind,
        to_unit,
        title,
        text,
        due_at: due_at.map(|due| due.with_timezone(&Utc)),
        files: file_ids,
    };
    let row = issue::issue(&app, &caller, id.into_inner(), new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view::one(&app, row).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OpenOnly {
    /// Leaves out what is settled.
    #[serde(default)]
    #[param(required = false)]
    pub open: bool,
}

/// Lists the documents that concern the caller, the newest first; a handler's are those to their unit.
#[utoipa::path(
    tag = "campaigns",
    params(Paging, OpenOnly),
    responses((status = 200, body = Page<OpinionView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/opinions")]
pub async fn list_opinions(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
    query: web::Query<OpenOnly>,
) -> Result<web::Json<Page<OpinionView>>> {
    Ok(web::Json(view::list(&app, &caller, query.open, &paging).await?))
}

/// Returns the document as an official letter: `{no}.pdf`; without the extension, as data.
#[utoipa::path(
    tag = "campaigns",
    params(("file" = String, Path, description = "The document's number, with `.pdf` for the letter")),
    responses(
        (status = 200, content(
            (OpinionView = "application/json"),
            (Vec<u8> = "application/pdf"),
        )),
        ReadErrors
    ),
    security(("bearer" = []))
)]
#[get("/opinions/{file}")]
pub async fn show_opinion(
    app: web::Data<App>,
    caller: Caller,
    file: web::Path<String>,
) -> Result<HttpResponse> {
    if let Some(number) = file.strip_suffix(".pdf") {
        let pdf = print::pdf(&app, &caller, number).await?;
        return Ok(HttpResponse::Ok().content_type("application/pdf").body(pdf));
    }
    Ok(HttpResponse::Ok().json(view::show(&app, &caller, &file).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplyToOpinion {
    #[schema(min_length = 2, max_length = 15000)]
    pub text: String,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub file_ids: Vec<FileId>,
}

/// The addressee's written reply.
#[utoipa::path(
    tag = "campaigns",
    params(("no" = String, Path)),
    request_body = ReplyToOpinion,
    responses((status = 200, body = OpinionView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/opinions/{no}/reply")]
pub async fn reply_to_opinion(
    app: web::Data<App>,
    caller: Caller,
    no: web::Path<String>,
    body: web::Json<ReplyToOpinion>,
) -> Result<web::Json<OpinionView>> {
    let ReplyToOpinion { text, file_ids } = body.into_inner();
    let new = NewOpinionReply {
        text: &text,
        files: file_ids,
    };
    let row = reply::reply(&app, &caller, &no, new, app.clock.now()).await?;
    Ok(web::Json(view::one(&app, row).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideOnReply {
    pub accepted: bool,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: String,
}

/// Accepts the reply, or returns it to be written again.
#[utoipa::path(
    tag = "campaigns",
    params(("no" = String, Path)),
    request_body = DecideOnReply,
    responses((status = 200, body = OpinionView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/opinions/{no}/acceptance")]
pub async fn decide_on_reply(
    app: web::Data<App>,
    caller: Caller,
    no: web::Path<String>,
    body: web::Json<DecideOnReply>,
) -> Result<web::Json<OpinionView>> {
    let DecideOnReply { accepted, note } = body.into_inner();
    let decision = ReplyDecision {
        accepted,
        note: &note,
    };
    let row = decide::decide(&app, &caller, &no, decision, app.clock.now()).await?;
    Ok(web::Json(view::one(&app, row).await?))
}
