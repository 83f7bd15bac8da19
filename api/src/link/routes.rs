//! `POST /api/v1/link/events`, for clients with the scope `link`, `GET /api/v1/orders/changes`, for those with `export`, and
//! `/api/v1/link/units`, for administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::changes::{self, Changes};
use super::service::{self, IncomingEvent};
use crate::app::App;
use crate::audit_log::AuditActor;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::idempotency::fingerprint;
use crate::http::paging::Paging;
use crate::http::problem::Problem;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::submit::draft::GivenPoint;
use crate::webhooks::linked_units::{self, LinkedUnit};
use entity::ids::UnitId;
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
    #[serde(deserialize_with = "crate::moments::moment")]
    pub at: DateTime<FixedOffset>,
    /// The platform's code of the unit that acts, or its code or name here; the unit that has the order, if left out.
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
    /// Code or name of the category, for `submitted`; suggested from the text if left out.
    #[schema(max_length = 100)]
    pub category: Option<String>,
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
        category: body.category,
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

/// Orders in the order of their last change, for clients with the scope `export`.
///
/// Keep `next_cursor` and ask again with it: every committed change appears at least once. An empty page keeps the cursor.
#[utoipa::path(
    tag = "integration",
    params(Paging),
    responses((status = 200, body = Changes), ReadErrors),
    security(("bearer" = []))
)]
#[get("/orders/changes")]
pub async fn order_changes(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
) -> Result<web::Json<Changes>> {
    caller.require(Role::Operator)?;
    Ok(web::Json(changes::changes(&app, &caller, &paging).await?))
}

/// A unit whose orders are handed over to the platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedUnitView {
    pub id: UnitId,
    /// Our code.
    pub code: String,
    pub name: String,
    /// The platform's code.
    pub platform_code: String,
}

/// The linked units.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedUnitList {
    pub items: Vec<LinkedUnitView>,
}

/// The platform's code of a unit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlatformCode {
    #[schema(min_length = 1, max_length = 64)]
    pub platform_code: String,
}

/// Lists the units that are linked with the platform.
#[utoipa::path(
    tag = "integration",
    responses((status = 200, body = LinkedUnitList), ReadErrors),
    security(("bearer" = []))
)]
#[get("/link/units")]
pub async fn list_linked_units(app: web::Data<App>, caller: Caller) -> Result<web::Json<LinkedUnitList>> {
    caller.require(Role::Admin)?;
    let items = linked_units::list(&app).await?.into_iter().map(linked_unit_view);
    Ok(web::Json(LinkedUnitList {
        items: items.collect(),
    }))
}

/// Links a unit with the platform, or changes the platform's code of it.
#[utoipa::path(
    tag = "integration",
    params(("id" = String, Path, description = "Id, code or name of the unit")),
    responses((status = 200, body = LinkedUnitView), WriteErrors),
    security(("bearer" = []))
)]
#[put("/link/units/{id}")]
pub async fn link_unit(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: web::Json<PlatformCode>,
) -> Result<web::Json<LinkedUnitView>> {
    caller.require(Role::Admin)?;
    let by = AuditActor::Person(caller.person);
    let linked = linked_units::link(&app, by, &id, &body.platform_code).await?;
    Ok(web::Json(linked_unit_view(linked)))
}

/// Ends the link of a unit; orders that were handed over stay with the platform.
#[utoipa::path(
    tag = "integration",
    params(("id" = String, Path, description = "Id, code or name of the unit")),
    responses((status = 204, description = "Not linked any more"), ReadErrors),
    security(("bearer" = []))
)]
#[delete("/link/units/{id}")]
pub async fn unlink_unit(app: web::Data<App>, caller: Caller, id: web::Path<String>) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    linked_units::unlink(&app, AuditActor::Person(caller.person), &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn linked_unit_view(linked: LinkedUnit) -> LinkedUnitView {
    let LinkedUnit {
        unit,
        code,
        name,
        platform_code,
    } = linked;
    LinkedUnitView {
        id: unit,
        code,
        name,
        platform_code,
    }
}
