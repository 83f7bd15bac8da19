//! Routes for the standing committee's supervision of an order, and the unit's answers.

use crate::city::snapshot::CityHandle;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::kinds::PersonLevel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::committees::Committee;
use crate::error::Result;
use crate::http::idempotency::{IdempotencyKey, StoredResponse};
use crate::http::if_match::IfMatch;
use crate::http::paging::Page;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::Actor;
use crate::orders::actions::ActionRequest;
use crate::orders::routes::primary_actions::with_version;
use crate::orders::view::OrderView;
use crate::supervision::batch::{self, BatchItem, BatchRequest};
use crate::supervision::{print, supervision_orders, tracking, urges};

#[derive(Debug, Deserialize, ToSchema)]
pub struct UrgeOrder {
    #[schema(min_length = 1, max_length = 1000)]
    pub note: String,
    /// Whether the unit was phoned as well.
    #[serde(default)]
    pub phoned: bool,
}

/// 催办
#[utoipa::path(
    tag = "supervision",
    request_body = UrgeOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/urges")]
pub async fn urge_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<UrgeOrder>,
) -> Result<HttpResponse> {
    let UrgeOrder { note, phoned } = body.into_inner();
    Ok(with_version(
        &urges::urge(
            ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
            &note,
            phoned,
        )
        .await?,
    ))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct TrackOrder {
    /// One of the city's committees.
    pub committee: Option<String>,
    #[schema(min_length = 1, max_length = 1000)]
    pub note: String,
}

/// The working bodies of the city's and the counties' standing committees.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitteeView {
    pub code: String,
    pub name: String,
    /// Which standing committees have it: `city`, `county`.
    pub levels: Vec<PersonLevel>,
}

/// Lists the city's committees; nothing else is taken as a committee.
#[utoipa::path(
    tag = "supervision",
    responses((status = 200, body = Page<CommitteeView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/committees")]
pub async fn list_committees(app: web::Data<App>, _caller: Caller) -> Result<web::Json<Page<CommitteeView>>> {
    let city = app.state::<CityHandle>().load();
    let view = |committee: &Committee| CommitteeView {
        code: committee.code.clone(),
        name: committee.name.clone(),
        levels: committee.levels.clone(),
    };
    Ok(web::Json(Page {
        items: city.committees.all().iter().map(view).collect(),
        next_cursor: None,
    }))
}

/// Performs one action on several orders; each order is answered for itself.
#[utoipa::path(
    tag = "supervision",
    request_body = BatchRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters; the same key again gets the same answer")),
    responses((status = 200, body = Page<BatchItem>), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/batch")]
pub async fn batch_orders(
    app: web::Data<App>,
    caller: Caller,
    key: IdempotencyKey,
    body: web::Json<BatchRequest>,
) -> Result<HttpResponse> {
    let request = body.into_inner();
    let answer = match key.0 {
        Some(key) => batch::perform_once(&app, &caller, &key, request).await?,
        None => StoredResponse::ok(Page {
            items: batch::perform(&app, &caller, request).await?,
            next_cursor: None,
        }),
    };
    Ok(answer.respond())
}

/// 重点跟踪
#[utoipa::path(
    tag = "supervision",
    request_body = TrackOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/tracking")]
pub async fn track_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<TrackOrder>,
) -> Result<HttpResponse> {
    let TrackOrder { committee, note } = body.into_inner();
    let actor = Actor::from(&caller);
    let view = tracking::track(
        ActionRequest::new(&app, &actor, &number, version.0),
        committee.as_deref(),
        &note,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct UntrackOrder {
    #[schema(min_length = 1, max_length = 1000)]
    pub note: String,
}

/// Ends 重点跟踪.
#[utoipa::path(
    tag = "supervision",
    request_body = UntrackOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/untrack")]
pub async fn untrack_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<UntrackOrder>,
) -> Result<HttpResponse> {
    let view = tracking::untrack(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &body.note,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct IssueSupervisionOrder {
    #[schema(min_length = 2, max_length = 5000)]
    pub requirement: String,
    /// None: the city's usual working days.
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub due_at: Option<DateTime<FixedOffset>>,
}

/// 督办单
#[utoipa::path(
    tag = "supervision",
    request_body = IssueSupervisionOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/supervision-orders")]
pub async fn issue_supervision_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<IssueSupervisionOrder>,
) -> Result<HttpResponse> {
    let IssueSupervisionOrder { requirement, due_at } = body.into_inner();
    let due_at = due_at.map(|due| due.with_timezone(&Utc));
    let view = supervision_orders::issue(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &requirement,
        due_at,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswerSupervisionOrder {
    #[schema(min_length = 2, max_length = 5000)]
    pub text: String,
}

/// The unit's answer to a supervision order.
#[utoipa::path(
    tag = "supervision",
    request_body = AnswerSupervisionOrder,
    params(("number" = String, Path), ("no" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/supervision-orders/{no}/answer")]
pub async fn answer_supervision_order(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    version: IfMatch,
    body: web::Json<AnswerSupervisionOrder>,
) -> Result<HttpResponse> {
    let (number, no) = path.into_inner();
    let view = supervision_orders::answer(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &no,
        &body.text,
    )
    .await?;
    Ok(with_version(&view))
}

/// The supervision order on paper, with the order's history.
#[utoipa::path(
    tag = "supervision",
    params(("number" = String, Path), ("no" = String, Path)),
    responses((status = 200, content_type = "application/pdf", description = "A4"), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/{number}/supervision-orders/{no}/pdf")]
pub async fn print_supervision_order(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (number, no) = path.into_inner();
    let pdf = print::pdf(&app, &Actor::from(&caller), &number, &no).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(pdf))
}
