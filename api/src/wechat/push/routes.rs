//! `/wechat/push`: the address entered in WeChat's console.

use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpResponse, get, post};

use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::http::problem::Problem;
use crate::wechat::push::service::{self, PushQuery};

/// A push names one person and a few templates; nothing WeChat sends comes near this.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// WeChat checks that the address is ours.
#[utoipa::path(
    operation_id = "check_push_address",
    tag = "wechat",
    params(
        ("signature" = Option<String>, Query),
        ("timestamp" = Option<String>, Query),
        ("nonce" = Option<String>, Query),
        ("echostr" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "The echo", body = String, content_type = "text/plain"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not signed by WeChat", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No push token is configured", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/wechat/push")]
pub async fn check_push_address(app: Data<App>, stamp: Query<PushQuery>) -> Result<HttpResponse> {
    let echo = service::echo(&app, stamp.into_inner())?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(echo))
}

/// Receives a push from WeChat; a job processes it later
#[utoipa::path(
    operation_id = "receive_push",
    tag = "wechat",
    params(
        ("signature" = Option<String>, Query),
        ("timestamp" = Option<String>, Query),
        ("nonce" = Option<String>, Query),
        ("msg_signature" = Option<String>, Query),
    ),
    request_body(content = String, content_type = "application/json", description = "JSON or XML, plain or sealed"),
    responses(
        (status = 200, description = "Taken, `success`", body = String, content_type = "text/plain"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not signed by WeChat, or too old", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No push token is configured", body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/wechat/push")]
pub async fn receive_push(
    app: Data<App>,
    stamp: Query<PushQuery>,
    body: std::result::Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse> {
    // The reader's own refusal is no problem document.
    let body = body.ok().filter(|body| body.len() <= MAX_BODY_BYTES);
    let body =
        body.ok_or_else(|| Error::refused(ErrorKind::TooLarge, "body_too_large", "提交的内容太大。"))?;
    let answer = service::receive(&app, &stamp, &body).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(answer))
}
