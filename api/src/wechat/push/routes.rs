//! `/wechat/push`: the address entered in WeChat's console; and what every address that WeChat pushes to has in common.

use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpResponse, get, post};
use utoipa::IntoResponses;

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::http::problem::Problem;
use crate::wechat::push::service::{self, AddressCheckQuery, PushQuery};

/// A push names one person and a few templates; nothing WeChat sends comes near this.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Error responses to WeChat's check of an address.
#[derive(IntoResponses)]
pub enum AddressCheckErrors {
    /// Malformed
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// Not signed by WeChat
    #[response(status = 403, content_type = "application/problem+json")]
    NotSigned(Problem),
    /// No push token is configured for the account
    #[response(status = 404, content_type = "application/problem+json")]
    NotConfigured(Problem),
}

/// Error responses to a push.
#[derive(IntoResponses)]
pub enum PushErrors {
    /// Malformed
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// Not signed by WeChat, or too old
    #[response(status = 403, content_type = "application/problem+json")]
    NotSigned(Problem),
    /// No push token is configured for the account
    #[response(status = 404, content_type = "application/problem+json")]
    NotConfigured(Problem),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// Something the product depends on does not answer
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// The body of a push as the framework read it.
pub type ReadBody = std::result::Result<Bytes, actix_web::Error>;

/// Returns the body of a push.
/// # Errors
/// `body_too_large` (413). The framework's own refusal is no problem document.
pub fn bounded(body: ReadBody) -> Result<Bytes> {
    let body = body.ok().filter(|body| body.len() <= MAX_BODY_BYTES);
    body.ok_or_else(|| Error::refused(ErrorKind::TooLarge, "body_too_large", "提交的内容太大。"))
}

/// Answers WeChat in plain text.
pub fn plain(text: impl Into<String>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(text.into())
}

/// WeChat checks that the address is ours.
#[utoipa::path(
    operation_id = "check_push_address",
    tag = "wechat",
    params(AddressCheckQuery),
    responses(
        (status = 200, description = "The echo", body = String, content_type = "text/plain"),
        AddressCheckErrors
    )
)]
#[get("/wechat/push")]
pub async fn check_push_address(app: Data<App>, check: Query<AddressCheckQuery>) -> Result<HttpResponse> {
    Ok(plain(service::echo(&app, check.into_inner())?))
}

/// Receives a push from WeChat; a job processes it later
#[utoipa::path(
    operation_id = "receive_push",
    tag = "wechat",
    params(PushQuery),
    request_body(content = String, content_type = "application/json", description = "JSON or XML, plain or sealed"),
    responses(
        (status = 200, description = "Taken, `success`", body = String, content_type = "text/plain"),
        PushErrors
    )
)]
#[post("/wechat/push")]
pub async fn receive_push(app: Data<App>, stamp: Query<PushQuery>, body: ReadBody) -> Result<HttpResponse> {
    Ok(plain(service::receive(&app, &stamp, &bounded(body)?).await?))
}
