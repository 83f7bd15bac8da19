//! `/api/v1/webhooks`, for administrators.

use actix_web::{HttpResponse, delete, get, post, web};
use entity::ids::{WebhookDeliveryId, WebhookId};
use entity::kinds::{Role, WebhookDeliveryStatus};
use entity::{webhook_delivery, webhook_endpoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, Result};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::http::time::{LocalTime, local};
use crate::webhooks::endpoints::{self, NewEndpoint};
use crate::webhooks::worker;

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateWebhook {
    /// https; private and loopback addresses only where the configuration allows them.
    #[schema(max_length = 500)]
    pub url: String,
    /// Names of events, or `*` for all.
    #[schema(max_items = 32)]
    pub events: Vec<String>,
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// Text, address and location of orders too.
    #[serde(default)]
    pub include_personal_data: bool,
    /// Only events of orders that a linked unit has, and of orders that were sent to this endpoint before.
    #[serde(default)]
    pub linked_only: bool,
}

/// An endpoint and its secret, which is shown only now.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedWebhook {
    pub id: WebhookId,
    /// `whsec_` and base64; verifies the `webhook-signature` header.
    pub secret: String,
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    pub id: WebhookId,
    pub url: String,
    pub events: Vec<String>,
    pub description: Option<String>,
    pub include_personal_data: bool,
    pub linked_only: bool,
    pub active: bool,
    /// `gone` (the receiver answered 410) or `failing` (no success for days).
    pub disabled_reason: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<LocalTime>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
}

/// The endpoints.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    pub items: Vec<WebhookView>,
}

/// A message on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryView {
    /// As in the `webhook-id` header.
    pub msg_id: String,
    pub event: String,
    pub status: WebhookDeliveryStatus,
    pub attempts: i32,
    /// HTTP status of the last answer.
    pub last_status: Option<i32>,
    /// Why the last call got no answer: `timeout`, `connection_failed`, `request_failed` or `address_not_allowed`.
    pub last_error: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<LocalTime>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<LocalTime>,
}

/// The newest deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryList {
    pub items: Vec<WebhookDeliveryView>,
}

/// A message that was queued.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedMessage {
    pub msg_id: String,
}

/// A new secret, shown only now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RotatedSecret {
    pub secret: String,
}

/// Creates an endpoint and returns its signing secret once.
#[utoipa::path(
    tag = "integration",
    responses((status = 201, body = CreatedWebhook), WriteErrors),
    security(("bearer" = []))
)]
#[post("/webhooks")]
pub async fn create_webhook(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<CreateWebhook>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    let CreateWebhook {
        url,
        events,
        description,
        include_personal_data,
        linked_only,
    } = body.into_inner();
    let new = NewEndpoint {
        url,
        events,
        description,
        include_personal_data,
        linked_only,
    };
    let (endpoint, secret) = endpoints::create(&app, caller.person, new).await?;
    Ok(HttpResponse::Created().json(CreatedWebhook {
        id: endpoint.id,
        secret: secret.encoded(),
    }))
}

/// Lists the endpoints, oldest first.
#[utoipa::path(
    tag = "integration",
    responses((status = 200, body = WebhookList), ReadErrors),
    security(("bearer" = []))
)]
#[get("/webhooks")]
pub async fn list_webhooks(app: web::Data<App>, caller: Caller) -> Result<web::Json<WebhookList>> {
    caller.require(Role::Admin)?;
    let endpoints = endpoints::list(&app).await?;
    let items = endpoints
        .into_iter()
        .map(|endpoint| endpoint_view(&app, endpoint));
    Ok(web::Json(WebhookList {
        items: items.collect(),
    }))
}

/// Deletes an endpoint and everything that waits for it.
#[utoipa::path(
    tag = "integration",
    params(("id" = WebhookId, Path, description = "The endpoint's id")),
    responses((status = 204, description = "Deleted"), ReadErrors),
    security(("bearer" = []))
)]
#[delete("/webhooks/{id}")]
pub async fn delete_webhook(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WebhookId>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    endpoints::delete(&app, caller.person, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives an endpoint a new secret; the old one signs too for a day. A disabled endpoint is active again.
#[utoipa::path(
    tag = "integration",
    params(("id" = WebhookId, Path, description = "The endpoint's id")),
    responses((status = 200, body = RotatedSecret), ReadErrors),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/rotate")]
pub async fn rotate_webhook(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WebhookId>,
) -> Result<web::Json<RotatedSecret>> {
    caller.require(Role::Admin)?;
    let secret = endpoints::rotate(&app, caller.person, id.into_inner()).await?;
    Ok(web::Json(RotatedSecret {
        secret: secret.encoded(),
    }))
}

/// Queues a `webhook.test` message.
#[utoipa::path(
    tag = "integration",
    params(("id" = WebhookId, Path, description = "The endpoint's id")),
    responses((status = 202, body = QueuedMessage), ReadErrors),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/test")]
pub async fn test_webhook(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WebhookId>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    let message = endpoints::test(&app, id.into_inner()).await?;
    Ok(HttpResponse::Accepted().json(QueuedMessage {
        msg_id: worker::message_id(message),
    }))
}

/// Lists the newest deliveries of an endpoint.
#[utoipa::path(
    tag = "integration",
    params(("id" = WebhookId, Path, description = "The endpoint's id")),
    responses((status = 200, body = WebhookDeliveryList), ReadErrors),
    security(("bearer" = []))
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_webhook_deliveries(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<WebhookId>,
) -> Result<web::Json<WebhookDeliveryList>> {
    caller.require(Role::Admin)?;
    let (_, log) = endpoints::with_log(&app, id.into_inner()).await?;
    let items = log.into_iter().map(|delivery| delivery_view(&app, delivery));
    Ok(web::Json(WebhookDeliveryList {
        items: items.collect(),
    }))
}

/// Sends a delivery again, under the same message id.
#[utoipa::path(
    tag = "integration",
    params(
        ("id" = WebhookId, Path, description = "The endpoint's id"),
        ("msg_id" = String, Path, description = "The message's id")
    ),
    responses((status = 202, body = QueuedMessage), ReadErrors),
    security(("bearer" = []))
)]
#[post("/webhooks/{id}/deliveries/{msg_id}/resend")]
pub async fn resend_webhook_delivery(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(WebhookId, String)>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    let (id, msg_id) = path.into_inner();
    let delivery: WebhookDeliveryId = msg_id
        .strip_prefix("msg_")
        .and_then(|id| id.parse().ok())
        .ok_or_else(Error::not_found)?;
    endpoints::resend(&app, id, delivery).await?;
    Ok(HttpResponse::Accepted().json(QueuedMessage { msg_id }))
}

fn endpoint_view(app: &App, endpoint: webhook_endpoint::Model) -> WebhookView {
    let zone = app.state::<CityHandle>().load().zone();
    WebhookView {
        id: endpoint.id,
        url: endpoint.url,
        events: serde_json::from_value(endpoint.events).unwrap_or_default(),
        description: endpoint.description,
        include_personal_data: endpoint.include_personal_data,
        linked_only: endpoint.linked_only,
        active: endpoint.active,
        disabled_reason: endpoint.disabled_reason,
        failing_since: endpoint.failing_since.map(|at| local(at, zone)),
        created_at: local(endpoint.created_at, zone),
    }
}

fn delivery_view(app: &App, delivery: webhook_delivery::Model) -> WebhookDeliveryView {
    let zone = app.state::<CityHandle>().load().zone();
    WebhookDeliveryView {
        msg_id: worker::message_id(delivery.id),
        event: delivery.event_type,
        status: delivery.status,
        attempts: delivery.attempts,
        last_status: delivery.last_status,
        last_error: delivery.last_error,
        next_at: delivery.next_at.map(|at| local(at, zone)),
        created_at: local(delivery.created_at, zone),
        finished_at: delivery.finished_at.map(|at| local(at, zone)),
    }
}
