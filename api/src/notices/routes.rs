//! The inbox, and what people allow us to push.

use std::collections::BTreeMap;

use actix_web::{get, post, web};
use entity::ids::NoticeId;
use entity::notice;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::http::problem::Problem;
use crate::http::time::{LocalTime, local};
use crate::notices::MessageCatalog;
use crate::notices::consents::{self, ConsentStatus};
use crate::notices::inbox;
use crate::notices::subject::{NoticeData, page_of};
use crate::stored_json::StoredJson as _;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboxFilter {
    /// Only what has not been read.
    #[serde(default)]
    #[param(required = false)]
    pub unread: bool,
}

/// One line of the inbox.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NoticeReply {
    id: NoticeId,
    /// The event, e.g. `accepted`.
    event: String,
    title: String,
    body: String,
    /// The order it speaks of.
    order_number: Option<String>,
    /// Where in the mini-program it leads.
    page: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    read_at: Option<LocalTime>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InboxReply {
    items: Vec<NoticeReply>,
    /// None on the last page.
    next_cursor: Option<String>,
    /// Unread lines in the whole inbox.
    unread: u64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadAllReply {
    /// How many lines had been unread.
    read: u64,
}

/// The result of `wx.requestSubscribeMessage`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct ConsentRequest {
    /// By template key or template id: `accept` (and every `accept…`), `reject`, `ban` or `filter`.
    results: BTreeMap<String, String>,
}

/// A template and what is left of the caller's consent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubscriptionReply {
    template_key: String,
    /// The template id for `tmplIds` of `wx.requestSubscribeMessage`.
    template_id: String,
    title: String,
    /// `one_time` or `long_term`
    kind: &'static str,
    /// Messages that may still be sent, as far as we know; null when we know nothing.
    remaining: Option<i32>,
    /// A standing consent.
    long_term: bool,
    refused: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubscriptionsReply {
    items: Vec<SubscriptionReply>,
}

fn reply(app: &App, row: notice::Model) -> NoticeReply {
    let zone = app.state::<MessageCatalog>().zone();
    // The line itself is readable whichever release wrote the data; then it opens no page.
    let data = NoticeData::from_stored(&row.data).unwrap_or_default();
    NoticeReply {
        id: row.id,
        page: page_of(row.order_id, &row.data),
        order_number: data.number,
        event: row.event,
        title: row.title,
        body: row.body,
        created_at: local(row.created_at, zone),
        read_at: row.read_at.map(|at| local(at, zone)),
    }
}

fn subscriptions(standings: Vec<ConsentStatus>) -> SubscriptionsReply {
    let reply = |standing: ConsentStatus| SubscriptionReply {
        template_key: standing.key.as_str().to_owned(),
        template_id: standing.template_id,
        title: standing.title,
        kind: if standing.long_term_template {
            "long_term"
        } else {
            "one_time"
        },
        remaining: standing.remaining,
        long_term: standing.long_term,
        refused: standing.refused,
    };
    SubscriptionsReply {
        items: standings.into_iter().map(reply).collect(),
    }
}

/// The caller's notices, newest first.
#[utoipa::path(
    tag = "notices",
    params(Paging, InboxFilter),
    responses(
        (status = 200, body = InboxReply),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/inbox")]
pub async fn list_inbox(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
    filter: web::Query<InboxFilter>,
) -> Result<web::Json<InboxReply>> {
    let (page, unread) = inbox::list(&app, caller.person, filter.unread, &paging).await?;
    let page = page.map(|row| reply(&app, row));
    Ok(web::Json(InboxReply {
        items: page.items,
        next_cursor: page.next_cursor,
        unread,
    }))
}

/// Marks one notice as read.
#[utoipa::path(
    tag = "notices",
    params(("id" = NoticeId, Path)),
    responses(
        (status = 200, body = NoticeReply),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/inbox/{id}/read")]
pub async fn read_notice(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<NoticeId>,
) -> Result<web::Json<NoticeReply>> {
    let row = inbox::read(&app, caller.person, id.into_inner()).await?;
    Ok(web::Json(reply(&app, row)))
}

/// Marks everything as read.
#[utoipa::path(
    tag = "notices",
    responses(
        (status = 200, body = ReadAllReply),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/inbox/read-all")]
pub async fn read_all_notices(app: web::Data<App>, caller: Caller) -> Result<web::Json<ReadAllReply>> {
    let read = inbox::read_all(&app, caller.person).await?;
    Ok(web::Json(ReadAllReply { read }))
}

/// The templates, and what the caller allows us to push.
#[utoipa::path(
    tag = "notices",
    responses(
        (status = 200, body = SubscriptionsReply),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/subscriptions")]
pub async fn list_subscriptions(
    app: web::Data<App>,
    caller: Caller,
) -> Result<web::Json<SubscriptionsReply>> {
    Ok(web::Json(subscriptions(
        consents::standings(&app, caller.person).await?,
    )))
}

/// Tells what the caller answered to WeChat's question for consent.
#[utoipa::path(
    tag = "notices",
    request_body = ConsentRequest,
    responses(
        (status = 200, body = SubscriptionsReply),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/subscriptions")]
pub async fn record_subscriptions(
    app: web::Data<App>,
    caller: Caller,
    request: web::Json<ConsentRequest>,
) -> Result<web::Json<SubscriptionsReply>> {
    consents::record_answers(&app, caller.person, &request.results).await?;
    Ok(web::Json(subscriptions(
        consents::standings(&app, caller.person).await?,
    )))
}
