//! The phone's side of a console sign-in. The browser's side is the console's pages.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::problem::Problem;
use crate::http::time::local;
use crate::people::login_requests::service;

/// A console that waits for confirmation; show `origin` before asking for it.
#[derive(Serialize, ToSchema)]
struct LoginRequest {
    /// Browser and address of the console.
    origin: Option<String>,
    /// Two digits each; ask which one the browser shows.
    numbers: [u8; 3],
    /// Abilities of the session, in Chinese.
    allows: String,
    created_at: DateTime<FixedOffset>,
    expires_at: DateTime<FixedOffset>,
}

/// Return the request that a scanned code identifies
#[utoipa::path(
    tag = "Sign-in",
    params(("code" = String, Path, description = "As scanned from the console's page")),
    responses(
        (status = 200, description = "Waiting for confirmation", body = LoginRequest),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such code", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`login_request_expired`, `login_request_used`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/login-requests/{code}")]
pub async fn login_request(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Json<LoginRequest>> {
    let pending = service::inspect(&app, &code, &caller, app.clock.now()).await?;
    let zone = app.state::<CityHandle>().load().zone();
    Ok(Json(LoginRequest {
        origin: pending.origin,
        numbers: pending.numbers,
        allows: pending.allows.to_owned(),
        created_at: local(pending.created_at, zone),
        expires_at: local(pending.expires_at, zone),
    }))
}

/// The number that was chosen on the phone.
#[derive(Deserialize, ToSchema)]
struct Approval {
    /// The one that the browser shows.
    #[schema(minimum = 10, maximum = 99)]
    number: u8,
}

/// Let the console that shows this code sign in as the caller
#[utoipa::path(
    tag = "Sign-in",
    params(("code" = String, Path, description = "As scanned from the console's page")),
    request_body = Approval,
    responses(
        (status = 204, description = "The browser is signed in within a moment"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not JSON", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`cross_site`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such code", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`login_request_expired`, `login_request_used`; `login_number_wrong`: the code is used up", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/login-requests/{code}/approve")]
pub async fn approve_login_request(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    body: Json<Approval>,
) -> Result<HttpResponse> {
    service::approve(&app, &code, body.number, &caller, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
