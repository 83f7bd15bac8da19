//! `/MP_verify_abc.txt` at the root, and under `/scan/` for the prefix of ordinary QR codes.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};

use crate::app::App;
use crate::error::{Error, Result};

/// A file for a business domain or a server address.
#[get("/{file:[A-Za-z0-9_-]+\\.txt}")]
pub async fn at_root(app: Data<App>, file: Path<String>) -> Result<HttpResponse> {
    serve(&app, &file)
}

/// A file for the prefix of ordinary QR codes.
#[get("/scan/{file:[A-Za-z0-9_-]+\\.txt}")]
pub async fn under_scan(app: Data<App>, file: Path<String>) -> Result<HttpResponse> {
    serve(&app, &file)
}

fn serve(app: &App, name: &str) -> Result<HttpResponse> {
    let mut files = app.config.wechat.verify_files.iter();
    let file = files
        .find(|file| file.name == name)
        .ok_or_else(Error::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain")
        .body(file.bytes.clone()))
}
