//! `/wechat/official`: the address entered in the official account's console.

use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, get, post};

use crate::app::App;
use crate::error::Result;
use crate::official::push;
use crate::wechat::push::routes::{AddressCheckErrors, PushErrors, ReadBody, bounded, plain};
use crate::wechat::push::service::{AddressCheckQuery, PushQuery};

/// WeChat checks that the address is ours.
#[utoipa::path(
    operation_id = "check_official_address",
    tag = "wechat",
    params(AddressCheckQuery),
    responses(
        (status = 200, description = "The echo", body = String, content_type = "text/plain"),
        AddressCheckErrors
    )
)]
#[get("/wechat/official")]
pub async fn check_official_address(app: Data<App>, check: Query<AddressCheckQuery>) -> Result<HttpResponse> {
    Ok(plain(push::echo(&app, check.into_inner())?))
}

/// Receives an event of the official account: a person follows it or leaves
#[utoipa::path(
    operation_id = "receive_official_event",
    tag = "wechat",
    params(PushQuery),
    request_body(content = String, content_type = "application/json", description = "JSON or XML, plain or sealed"),
    responses(
        (status = 200, description = "Taken, `success`", body = String, content_type = "text/plain"),
        PushErrors
    )
)]
#[post("/wechat/official")]
pub async fn receive_official_event(
    app: Data<App>,
    stamp: Query<PushQuery>,
    body: ReadBody,
) -> Result<HttpResponse> {
    push::receive(&app, &stamp, &bounded(body)?).await?;
    Ok(plain("success"))
}
