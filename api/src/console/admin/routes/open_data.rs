//! `/console/admin/open-data`: the anonymised orders of a period, to download.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use entity::kinds::Role;
use serde::Deserialize;

use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError, Result};
use crate::open_data::files;
use crate::open_data::service::{self, MAX_AT_ONCE, OpenData, Period};

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    /// `csv`, `geojson` or `dictionary`.
    #[serde(default)]
    file: String,
}

#[get("/admin/open-data")]
pub async fn download(visitor: ConsoleUser, wanted: Query<Wanted>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let period = Period {
        from: day("from", &wanted.from)?,
        to: day("to", &wanted.to)?,
    };
    let data = service::read(&visitor.app, period, Some(MAX_AT_ONCE)).await?;
    let (name, kind, body) = written(&wanted.file, &data)?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(body))
}

/// Name, type and content of a file.
fn written(file: &str, data: &OpenData) -> Result<(&'static str, &'static str, Vec<u8>)> {
    let mut body = Vec::new();
    let (name, kind, result) = match file {
        "geojson" => {
            let result = files::write_geojson(&mut body, data.records());
            ("open-data.geojson", "application/geo+json", result)
        }
        "dictionary" => {
            body = files::dictionary(&data.summary).into_bytes();
            ("data-dictionary.md", "text/markdown; charset=utf-8", Ok(()))
        }
        _ => {
            let result = files::write_csv(&mut body, data.records());
            ("open-data.csv", "text/csv; charset=utf-8", result)
        }
    };
    result.map_err(anyhow::Error::from)?;
    Ok((name, kind, body))
}

fn day(field: &str, text: &str) -> Result<NaiveDate> {
    text.trim().parse().map_err(|_| {
        let detail = "请填写日期，如 2025-01-01。";
        Error::invalid(vec![FieldError::new(field, "malformed", detail)])
    })
}
