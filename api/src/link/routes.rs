//! `POST /api/v1/link/events`, for clients with the scope `link`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service::{self, IncomingEvent};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::idempotency::fingerprint;
use crate::http::problem::Problem;
use crate::http::responses::WriteErrors;
use crate::orders::submit::draft::GivenPoint;
use entity::kinds::{Role, Status};

/// A report of the city's platform about an order.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct LinkEvent {
    /// The platform's own id of the event; the same id gets the same answer.
    #[schema(max_length = 128)]
    pub event_id: String,
    #[schema(max_length = 40)]
    pub number: Option<String>,
    /// The platform's number of the order.
    #[schema(max_length = 64)]
    pub external_number: Option<String>,
    /// `submitted`, `accepted`, `replied`, `returned`, `extension_requested` or `note`.
    #[serde(rename = "type")]
    pub event_type: String,
    pub at: DateTime<FixedOffset>,
    /// Code or name of the unit that acts; the unit that has the order, if left out.
    #[schema(max_length = 100)]
    pub unit_code: Option<String>,
    #[schema(max_length = 5000)]
    pub account: Option<String>,
    #[schema(max_length = 2000)]
    pub public_reply: Option<String>,
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    #[serde(default)]
    #[schema(max_items = 10)]
    pub file_urls: Vec<String>,
    #[schema(max_length = 40)]
    pub caller_phone: Option<String>,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    pub location: Option<GivenPoint>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
}

/// The result of the event.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkAnswer {
    pub number: String,
    pub status: Status,
    pub version: i32,
    pub applied: bool,
}

/// Applies an event of the linked platform once.
#[utoipa::path(
    tag = "integration",
    responses(
        (status = 200, body = LinkAnswer),
        (status = 409, description = "The step is not open; the answer names those that are, and is remembered", body = Problem, content_type = "application/problem+json"),
        WriteErrors
    ),
    security(("bearer" = []))
)]
#[post("/link/events")]
pub async fn receive_link_event(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<LinkEvent>,
) -> Result<HttpResponse> {
    caller.require(Role::Operator)?;
    let body = body.into_inner();
    let fingerprint = fingerprint("POST /link/events", &body);
    let event = IncomingEvent {
        event_id: body.event_id,
        event_type: body.event_type,
        number: body.number,
        external_number: body.external_number,
        at: body.at.to_utc(),
        unit_code: body.unit_code,
        account: body.account,
        public_reply: body.public_reply,
        reason: body.reason,
        file_urls: body.file_urls,
        caller_phone: body.caller_phone,
        description: body.description,
        location: body.location,
        address: body.address,
        fingerprint,
    };
    let answer = service::apply(&app, &caller, event).await?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if status == StatusCode::CONFLICT {
        response.content_type("application/problem+json");
    }
    Ok(response.json(answer.body))
}
