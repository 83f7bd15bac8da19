//! The moves of the first handling: accept, reply, return, dispatch, cancel.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::ids::{FileId, PhotoId};
use entity::kinds::DecisionKind;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::if_match::IfMatch;
use crate::http::responses::WriteErrors;
use crate::orders::actions;
use crate::orders::actions::ActionRequest;
use crate::orders::actions::decisions::NewDecision;
use crate::orders::actions::dispatch::Decision;
use crate::orders::actions::reply::NewReply;
use crate::orders::rules::actor::Actor;
use crate::orders::view::OrderView;

/// The order, with its version for `If-Match`.
pub fn with_version(view: &OrderView) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, format!("\"{}\"", view.version)))
        .json(view)
}

/// 签收: the unit takes the order, or its part of it, on.
#[utoipa::path(
    tag = "moves",
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/accept")]
pub async fn accept_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
) -> Result<HttpResponse> {
    let view = actions::accept::accept(ActionRequest::new(
        &app,
        &Actor::from(&caller),
        &number,
        version.0,
    ))
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplyOrder {
    /// 办理情况, internal.
    #[schema(min_length = 2, max_length = 5000)]
    pub account: String,
    /// 公开答复; a unit that has only a part of the matter leaves it out.
    #[schema(min_length = 2, max_length = 2000)]
    pub public_reply: Option<String>,
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<PhotoId>,
    /// When and how the unit spoke with the delegate.
    pub contacted: Option<Contacted>,
    /// 责令改正 and other administrative decisions, as evidence.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub decisions: Vec<ReplyDecision>,
}

/// An administrative decision of the unit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplyDecision {
    pub kind: DecisionKind,
    /// 文书编号.
    #[schema(min_length = 1, max_length = 100)]
    pub document_number: String,
    /// Of the document.
    #[serde(deserialize_with = "crate::moments::day")]
    pub date: NaiveDate,
    /// The document itself, uploaded before by `POST /files`.
    pub file_id: Option<FileId>,
    #[schema(max_length = 500)]
    pub summary: Option<String>,
}

impl From<ReplyDecision> for NewDecision {
    fn from(given: ReplyDecision) -> Self {
        let ReplyDecision {
            kind,
            document_number,
            date,
            file_id,
            summary,
        } = given;
        Self {
            kind,
            document_number,
            issued_on: date,
            file: file_id,
            summary,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Contacted {
    #[serde(deserialize_with = "crate::moments::moment")]
    pub at: DateTime<FixedOffset>,
    #[schema(min_length = 1, max_length = 60)]
    pub how: String,
}

/// The unit's answer.
#[utoipa::path(
    tag = "moves",
    request_body = ReplyOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/reply")]
pub async fn reply_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<ReplyOrder>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let answer = NewReply {
        account: body.account,
        public_reply: body.public_reply,
        photos: body.photo_ids,
        contacted: body
            .contacted
            .map(|contacted| (contacted.at.to_utc(), contacted.how)),
        decisions: body.decisions.into_iter().map(NewDecision::from).collect(),
    };
    let view = actions::reply::reply(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        answer,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReturnOrder {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// The unit that is the right one: id, code, name or alias.
    pub proposed_unit: Option<String>,
}

/// 退单: the unit is not the right one.
#[utoipa::path(
    tag = "moves",
    request_body = ReturnOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/return")]
pub async fn return_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<ReturnOrder>,
) -> Result<HttpResponse> {
    let actor = Actor::from(&caller);
    let proposed = body.proposed_unit.as_deref();
    let view = actions::return_order::send_back(
        ActionRequest::new(&app, &actor, &number, version.0),
        &body.reason,
        proposed,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DispatchOrder {
    /// Id, code, name or alias.
    pub unit: String,
    /// Code or name.
    pub category: Option<String>,
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// 终审派单: the unit may not return it.
    #[serde(default, rename = "final")]
    pub is_final: bool,
}

/// An operator sends the order to a unit.
#[utoipa::path(
    tag = "moves",
    request_body = DispatchOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/dispatch")]
pub async fn dispatch_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<DispatchOrder>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let decision = Decision {
        unit: body.unit,
        category: body.category,
        reason: body.reason,
        is_final: body.is_final,
    };
    let view = actions::dispatch::dispatch(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        decision,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CancelOrder {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// 撤销.
#[utoipa::path(
    tag = "moves",
    request_body = CancelOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/cancel")]
pub async fn cancel_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<CancelOrder>,
) -> Result<HttpResponse> {
    let view = actions::cancel::cancel(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &body.reason,
    )
    .await?;
    Ok(with_version(&view))
}
