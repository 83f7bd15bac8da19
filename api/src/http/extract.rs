//! What cannot be read is answered with a problem document too: bodies, paths and query strings.

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::web::{JsonConfig, PathConfig, QueryConfig};
use actix_web::{HttpRequest, error::Error as ActixError};

use crate::error::{Error, Kind};

/// The largest JSON body; a report's words are far below.
const MAX_JSON_BYTES: usize = 64 * 1024;

#[must_use]
pub fn json_config() -> JsonConfig {
    JsonConfig::default()
        .limit(MAX_JSON_BYTES)
        .error_handler(json_error)
}

#[must_use]
pub fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(query_error)
}

#[must_use]
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(path_error)
}

fn json_error(error: JsonPayloadError, _: &HttpRequest) -> ActixError {
    let refused = match &error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Error::refused(Kind::TooLarge, "body_too_large", "提交的内容太大。")
        }
        JsonPayloadError::ContentType => {
            Error::refused(Kind::UnsupportedMedia, "not_json", "请以 application/json 提交。")
        }
        other => Error::refused(
            Kind::Malformed,
            "malformed_body",
            format!("提交的内容无法读取：{other}"),
        ),
    };
    refused.into()
}

fn query_error(error: QueryPayloadError, _: &HttpRequest) -> ActixError {
    Error::refused(
        Kind::Malformed,
        "malformed_query",
        format!("查询参数无法读取：{error}"),
    )
    .into()
}

fn path_error(_: PathError, _: &HttpRequest) -> ActixError {
    Error::not_found().into()
}
