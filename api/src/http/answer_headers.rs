//! Headers that hold for every answer, unless the handler has set its own.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web;

use crate::app::App;

/// A year; without subdomains, which may belong to other operators.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// The API's pages bring scripts and styles of their own and load nothing from elsewhere.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>();
    let is_https = app.is_some_and(|app| app.config.public_url.starts_with("https://"));
    let path = request.path();
    let is_api = path.starts_with("/api/") || path.starts_with("/wechat/");
    let is_docs = path.starts_with("/docs");
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    };
    set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_https {
        set(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if is_api {
        set(CACHE_CONTROL, NO_STORE);
    }
    if is_docs {
        set(CONTENT_SECURITY_POLICY, DOCS_POLICY);
    }
    Ok(response)
}
