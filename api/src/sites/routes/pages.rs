//! The page that an ordinary QR code opens in any browser. It is the same for every site; its script asks the API.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY};
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};

const PAGE: &str = include_str!("../../../scan/index.html");
const SCRIPT: &str = include_str!("../../../scan/scan.js");
const STYLE: &str = include_str!("../../../scan/scan.css");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const AN_HOUR: &str = "public, max-age=3600";

pub fn configure(service: &mut ServiceConfig) {
    // The two files first: their names could be a site's code.
    service.service(script).service(style).service(page);
}

#[get("/scan/{code}")]
async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .content_type(ContentType::html())
        .body(PAGE)
}

#[get("/scan/scan.js")]
async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, AN_HOUR))
        .content_type("text/javascript; charset=utf-8")
        .body(SCRIPT)
}

#[get("/scan/scan.css")]
async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, AN_HOUR))
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}
