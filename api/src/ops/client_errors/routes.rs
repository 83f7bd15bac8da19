//! `POST /api/v1/client-errors`

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::scrub::scrub;
use crate::app::App;
use crate::error::Result;
use crate::http::budgets::{Budgets, Purchase};
use crate::http::client_address::client_address;
use crate::http::responses::PublicErrors;

/// An error that the mini-program did not handle.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClientError {
    #[schema(max_length = 2000)]
    pub message: String,
    /// The page's path, without its query.
    #[schema(max_length = 100)]
    pub page: String,
    /// Of the mini-program.
    #[schema(max_length = 40)]
    pub version: String,
    #[schema(max_length = 40)]
    pub base_library: String,
    #[schema(max_length = 40)]
    pub platform: String,
}

/// Logs an error of the mini-program, without text that could be a person's. Who reports is neither asked nor stored.
#[utoipa::path(
    tag = "operations",
    request_body = ClientError,
    responses((status = 204, description = "Logged"), PublicErrors),
    security(())
)]
#[post("/client-errors")]
pub async fn report_client_error(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<ClientError>,
) -> Result<HttpResponse> {
    let address = client_address(&request, &app.config.http.trusted_proxies);
    let _spent = app.state::<Budgets>().take(Purchase::ErrorReport, address)?;
    let ClientError {
        message,
        page,
        version,
        base_library,
        platform,
    } = body.into_inner();
    tracing::warn!(
        error = scrub(&message),
        page = scrub(&page),
        version = scrub(&version),
        base_library = scrub(&base_library),
        platform = scrub(&platform),
        "client error reported"
    );
    Ok(HttpResponse::NoContent().finish())
}
