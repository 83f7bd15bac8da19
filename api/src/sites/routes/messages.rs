//! Routes for the sites' delegates: list, adopt and answer messages.

use actix_web::{HttpResponse, get, post, web};
use entity::ids::{PersonId, SiteMessageId};
use entity::kinds::{ContentCheck, SiteMessageStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::view::OrderView;
use crate::sites::code;
use crate::sites::hand_over::{self, Colleague};
use crate::sites::message_handling::{self, Adoption};
use crate::sites::store::Filter;
use crate::sites::view::MessageView;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    #[param(required = false)]
    pub status: Option<SiteMessageStatus>,
    /// For operators: the state of the content check.
    #[param(required = false)]
    pub content_check: Option<ContentCheck>,
    /// The site's code.
    #[param(required = false)]
    pub site: Option<String>,
}

/// Lists residents' messages, newest first: a delegate's sites, or all for operators
#[utoipa::path(
    tag = "sites",
    params(MessagesQuery, Paging),
    responses((status = 200, body = Page<MessageView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/site-messages")]
pub async fn list_messages(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<MessagesQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<MessageView>>> {
    let query = query.into_inner();
    let filter = Filter {
        status: query.status,
        check: query.content_check,
        // What cannot be a code is no site's.
        site_code: query.site.map(|text| code::read(&text).unwrap_or_default()),
    };
    Ok(web::Json(
        message_handling::list(&app, &caller, &filter, &paging).await?,
    ))
}

#[utoipa::path(
    tag = "sites",
    params(("id" = SiteMessageId, Path)),
    responses((status = 200, body = MessageView), ReadErrors),
    security(("bearer" = []))
)]
#[get("/site-messages/{id}")]
pub async fn show_message(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<SiteMessageId>,
) -> Result<web::Json<MessageView>> {
    Ok(web::Json(
        message_handling::show(&app, &caller, id.into_inner()).await?,
    ))
}

/// The delegate's additions; missing values come from the message or the site.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AdoptMessage {
    #[schema(min_length = 2, max_length = 2000)]
    pub description: Option<String>,
    /// Code or name.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Default true.
    pub wants_follow_up: Option<bool>,
    #[serde(default)]
    pub confidential: bool,
}

/// Takes a message up: an order in the delegate's name. Again by the same delegate, the same order.
#[utoipa::path(
    tag = "sites",
    params(("id" = SiteMessageId, Path)),
    request_body = AdoptMessage,
    responses((status = 201, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/site-messages/{id}/adopt")]
pub async fn adopt_message(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<SiteMessageId>,
    body: web::Json<AdoptMessage>,
) -> Result<HttpResponse> {
    let AdoptMessage {
        description,
        category,
        address,
        wants_follow_up,
        confidential,
    } = body.into_inner();
    let adoption = Adoption {
        description,
        category,
        address,
        wants_follow_up: wants_follow_up.unwrap_or(true),
        confidential,
    };
    let answer = message_handling::adopt(&app, &caller, id.into_inner(), adoption).await?;
    Ok(answer.respond())
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswerMessage {
    #[schema(min_length = 2, max_length = 1000)]
    pub text: String,
}

/// Answers a message without making it an order.
#[utoipa::path(
    tag = "sites",
    params(("id" = SiteMessageId, Path)),
    request_body = AnswerMessage,
    responses((status = 200, body = MessageView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/site-messages/{id}/answer")]
pub async fn answer_message(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<SiteMessageId>,
    body: web::Json<AnswerMessage>,
) -> Result<web::Json<MessageView>> {
    let view = message_handling::answer(&app, &caller, id.into_inner(), &body.text).await?;
    Ok(web::Json(view))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Colleagues {
    pub items: Vec<Colleague>,
}

/// Lists the delegates to whom the message can be handed over: those of its county.
#[utoipa::path(
    tag = "sites",
    params(("id" = SiteMessageId, Path)),
    responses((status = 200, body = Colleagues), ReadErrors),
    security(("bearer" = []))
)]
#[get("/site-messages/{id}/colleagues")]
pub async fn list_colleagues(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<SiteMessageId>,
) -> Result<web::Json<Colleagues>> {
    let items = hand_over::colleagues(&app, &caller, id.into_inner()).await?;
    Ok(web::Json(Colleagues { items }))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct HandMessageOver {
    /// A delegate of the site's county.
    pub to: PersonId,
    #[schema(min_length = 2, max_length = 200)]
    pub note: String,
}

/// Hands an unhandled message over to another delegate, who is told.
#[utoipa::path(
    tag = "sites",
    params(("id" = SiteMessageId, Path)),
    request_body = HandMessageOver,
    responses((status = 200, body = MessageView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/site-messages/{id}/hand-over")]
pub async fn hand_message_over(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<SiteMessageId>,
    body: web::Json<HandMessageOver>,
) -> Result<web::Json<MessageView>> {
    let HandMessageOver { to, note } = body.into_inner();
    Ok(web::Json(
        hand_over::hand_over(&app, &caller, id.into_inner(), to, &note).await?,
    ))
}
