//! `/console/assets/{version}/{name}`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};

use super::page::PageError;
use crate::console::assets;

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// A page of an older version may still ask for what it was made with; it gets what there is, unkept.
#[get("/assets/{version}/{name}")]
pub async fn serve(path: web::Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (version, name) = path.into_inner();
    let asset = assets::find(&name).ok_or_else(PageError::not_found)?;
    let keep = if assets::is_current(&version, asset) {
        FOR_GOOD
    } else {
        "no-cache"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media_type))
        .insert_header((CACHE_CONTROL, keep))
        .body(asset.content))
}
