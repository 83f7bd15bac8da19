//! `/api/v1/clients`, for administrators.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{DateTime, FixedOffset};
use entity::ids::ClientId;
use entity::kinds::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service::{self, NewClient};
use crate::app::App;
use crate::audit_log::AuditActor;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::http::time::{LocalTime, local};

/// A new API client.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateClient {
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// `orders:read`, `orders:write`, `link`, `open311`, `export`.
    #[schema(max_items = 5)]
    pub scopes: Vec<String>,
    /// Never, if left out.
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub expires_at: Option<DateTime<FixedOffset>>,
    /// Id, code or name of the only unit whose orders the client sees.
    #[schema(max_length = 100)]
    pub unit: Option<String>,
    /// Code or name of the only county-level area whose orders the client sees; not with `unit`.
    #[schema(max_length = 100)]
    pub area: Option<String>,
}

/// A client's key, which is shown only now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientKey {
    pub id: ClientId,
    /// `zk_` and 64 hexadecimal digits; sent as `Authorization: Bearer`.
    pub key: String,
}

/// An API client.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientView {
    pub id: ClientId,
    pub name: String,
    pub scopes: Vec<String>,
    pub requests_per_minute: i32,
    /// Name of the only unit whose orders the client sees.
    pub unit: Option<String>,
    /// Code of the only area whose orders the client sees.
    pub area: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<LocalTime>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<LocalTime>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<LocalTime>,
}

/// The API clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientList {
    pub items: Vec<ClientView>,
}

/// Creates an API client and returns its key once.
#[utoipa::path(
    tag = "integration",
    responses((status = 201, body = ClientKey), WriteErrors),
    security(("bearer" = []))
)]
#[post("/clients")]
pub async fn create_client(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<CreateClient>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    let CreateClient {
        name,
        scopes,
        expires_at,
        unit,
        area,
    } = body.into_inner();
    let new = NewClient {
        name,
        scopes,
        expires_at: expires_at.map(|at| at.to_utc()),
        unit,
        area,
    };
    let (id, key) = service::create(&app, AuditActor::Person(caller.person), new).await?;
    Ok(HttpResponse::Created().json(ClientKey { id, key }))
}

/// Lists the API clients, oldest first.
#[utoipa::path(
    tag = "integration",
    responses((status = 200, body = ClientList), ReadErrors),
    security(("bearer" = []))
)]
#[get("/clients")]
pub async fn list_clients(app: web::Data<App>, caller: Caller) -> Result<web::Json<ClientList>> {
    caller.require(Role::Admin)?;
    let city = app.state::<CityHandle>().load();
    let zone = city.zone();
    let unit_name = |id| Some(city.units.of_record(id)?.name.clone());
    let clients = service::list(&app).await?.into_iter().map(|client| ClientView {
        id: client.id,
        name: client.name,
        scopes: serde_json::from_value(client.scopes).unwrap_or_default(),
        requests_per_minute: client.requests_per_minute,
        unit: client.unit_id.and_then(unit_name),
        area: client.area_code,
        created_at: local(client.created_at, zone),
        expires_at: client.expires_at.map(|at| local(at, zone)),
        last_used_at: client.last_used_at.map(|at| local(at, zone)),
        revoked_at: client.revoked_at.map(|at| local(at, zone)),
    });
    Ok(web::Json(ClientList {
        items: clients.collect(),
    }))
}

/// Gives a client a new key; the old one is valid for a day.
#[utoipa::path(
    tag = "integration",
    params(("id" = ClientId, Path, description = "The client's id")),
    responses((status = 200, body = ClientKey), ReadErrors),
    security(("bearer" = []))
)]
#[post("/clients/{id}/rotate")]
pub async fn rotate_client(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ClientId>,
) -> Result<web::Json<ClientKey>> {
    caller.require(Role::Admin)?;
    let id = id.into_inner();
    let key = service::rotate(&app, AuditActor::Person(caller.person), id).await?;
    Ok(web::Json(ClientKey { id, key }))
}

/// Revokes a client's keys.
#[utoipa::path(
    tag = "integration",
    params(("id" = ClientId, Path, description = "The client's id")),
    responses((status = 204, description = "Revoked"), ReadErrors),
    security(("bearer" = []))
)]
#[delete("/clients/{id}")]
pub async fn revoke_client(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ClientId>,
) -> Result<HttpResponse> {
    caller.require(Role::Admin)?;
    service::revoke(&app, AuditActor::Person(caller.person), id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
