//! Headers of every answer under `/console`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::web;

use crate::app::App;
use crate::objects::client::ObjectStore;

/// Nothing but our own files, photos and videos from the object store, and tiles of the configured street map.
fn policy(photos: &str, videos: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {photos}; media-src {videos}; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The origins of pictures.
fn pictures(app: &App) -> String {
    let mut origins = vec![app.state::<ObjectStore>().origin().to_owned()];
    if let Some(tiles) = &app.config.tiles {
        origins.extend(tiles.origins());
    }
    origins.join(" ")
}

/// Pages are of one person and one moment: nobody keeps them. What sets its own `Cache-Control` keeps it.
pub async fn middleware(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let pictures = app.as_ref().map(|app| pictures(app)).unwrap_or_default();
    let videos = app
        .as_ref()
        .map(|app| app.state::<ObjectStore>().origin().to_owned());
    let policy = policy(&pictures, videos.as_deref().unwrap_or("'none'"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
    );
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}
