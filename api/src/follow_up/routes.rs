//! `verdict` by the delegate, `follow-ups` by an operator.

use actix_web::{HttpResponse, get, post, web};
use entity::ids::PhotoId;
use entity::kinds::{Role, Satisfaction, Solved};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::follow_up::manual::{self, Call};
use crate::follow_up::queue::{self, QueuedCall};
use crate::follow_up::verdict::{self, NewVerdict};
use crate::http::if_match::IfMatch;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::Actor;
use crate::orders::actions::ActionRequest;
use crate::orders::routes::primary_actions::with_version;
use crate::orders::view::OrderView;

/// 评价: of the result, of the process, and whether it was solved.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GiveVerdict {
    pub result: Satisfaction,
    pub process: Option<Satisfaction>,
    pub solved: Solved,
    #[schema(max_length = 1000)]
    pub comment: Option<String>,
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<PhotoId>,
}

impl From<GiveVerdict> for NewVerdict {
    fn from(body: GiveVerdict) -> Self {
        let GiveVerdict {
            result,
            process,
            solved,
            comment,
            photo_ids,
        } = body;
        Self {
            result,
            process,
            solved,
            comment,
            photos: photo_ids,
        }
    }
}

/// The delegate judges the answer; what follows from it happens at once.
#[utoipa::path(
    tag = "follow-up",
    request_body = GiveVerdict,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/verdict")]
pub async fn give_verdict(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<GiveVerdict>,
) -> Result<HttpResponse> {
    // A verdict recorded by an operator is a follow-up, with its call.
    if caller.role == Role::Operator {
        return Err(Error::forbidden("请在人工回访中记录代表的评价。"));
    }
    let given = body.into_inner().into();
    Ok(with_version(
        &verdict::submit_verdict(
            ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
            given,
        )
        .await?,
    ))
}

/// 人工回访: what a call brought.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RecordCall {
    pub reached: bool,
    #[schema(min_length = 1, max_length = 1000)]
    pub outcome: String,
    /// Required when the delegate was reached.
    pub verdict: Option<GiveVerdict>,
}

/// An operator notes a call; the last of the policy's number of calls in vain closes the order as 未评价. A call in vain
/// counts after the delegate's own time to answer, with a gap to the one before, and on several working days.
#[utoipa::path(
    tag = "follow-up",
    request_body = RecordCall,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/follow-ups")]
pub async fn record_follow_up(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<RecordCall>,
) -> Result<HttpResponse> {
    let RecordCall {
        reached,
        outcome,
        verdict,
    } = body.into_inner();
    let call = Call {
        reached,
        outcome,
        verdict: verdict.map(NewVerdict::from),
    };
    Ok(with_version(
        &manual::record(
            ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
            call,
        )
        .await?,
    ))
}

/// 人工回访 that wait for a call, the longest waiting first.
#[utoipa::path(
    tag = "follow-up",
    params(Paging),
    responses((status = 200, body = Page<QueuedCall>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/follow-ups")]
pub async fn list_follow_ups(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<QueuedCall>>> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    let page = queue::list(&app, &Actor::from(&caller), &paging).await?;
    Ok(web::Json(page))
}
