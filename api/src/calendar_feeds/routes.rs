//! `/calendar/{token}.ics`, for calendar programs: they cannot sign in, so that the address itself is the secret.

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::service;
use crate::app::App;
use crate::error::Result;

#[get("/calendar/{token:[0-9a-f]{48}}.ics")]
pub async fn show(
    app: web::Data<App>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let calendar = service::read(&app, &token).await?;
    let tag = format!("\"{}\"", calendar.tag);
    let known = request.headers().get(IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.to_str().is_ok_and(|known| known.contains(&tag)));
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer
        .content_type("text/calendar; charset=utf-8")
        .body(calendar.text))
}
