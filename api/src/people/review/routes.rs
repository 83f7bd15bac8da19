//! `POST /api/v1/review-view`

use actix_web::{HttpRequest, post, web};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::view::{ReviewView, fiction};
use crate::app::App;
use crate::error::{Error, ErrorKind, Result};
use crate::http::budgets::{Budgets, Purchase};
use crate::http::client_address::client_address;
use crate::http::responses::PublicErrors;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewCode {
    #[schema(max_length = 64)]
    pub code: String,
}

/// Shows a fictional delegate's home to WeChat's reviewers, a limited number of times; signs nobody in. 404 unless a
/// code is configured, 422 `review_code_wrong` with another one.
#[utoipa::path(
    tag = "sign-in",
    request_body = ReviewCode,
    responses((status = 200, body = ReviewView), PublicErrors),
    security(())
)]
#[post("/review-view")]
pub async fn show_review_view(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<ReviewCode>,
) -> Result<web::Json<ReviewView>> {
    let wanted = app
        .config
        .wechat
        .review_code
        .as_ref()
        .ok_or_else(Error::not_found)?;
    let address = client_address(&request, &app.config.http.trusted_proxies);
    let _spent = app.state::<Budgets>().take(Purchase::ReviewView, address)?;
    let right = wanted
        .expose_secret()
        .as_bytes()
        .ct_eq(body.code.trim().as_bytes());
    if bool::from(right) {
        Ok(web::Json(fiction()))
    } else {
        let detail = "审核码不对。";
        Err(Error::refused(ErrorKind::Rule, "review_code_wrong", detail))
    }
}
