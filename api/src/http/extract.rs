//! Extractors that answer unreadable bodies, paths and query strings with a problem document.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::web::{self, JsonConfig, PathConfig, QueryConfig};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, error::Error as ActixError};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};

/// The largest JSON body; a report's words are far below.
const MAX_JSON_BYTES: usize = 64 * 1024;

#[must_use]
pub fn json_config() -> JsonConfig {
    JsonConfig::default()
        .limit(MAX_JSON_BYTES)
        .error_handler(json_error)
}

/// A JSON body together with the bytes it was sent as, for what is signed.
pub struct RawJson {
    pub bytes: web::Bytes,
    is_json: bool,
}

impl FromRequest for RawJson {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mime = request.mime_type().ok().flatten();
        let is_json = mime.is_some_and(|mime| mime.subtype() == "json");
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(unreceived)?;
            if bytes.len() > MAX_JSON_BYTES {
                return Err(too_large());
            }
            Ok(Self { bytes, is_json })
        })
    }
}

impl RawJson {
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        if !self.is_json {
            return Err(not_json());
        }
        serde_json::from_slice(&self.bytes).map_err(malformed)
    }
}

/// A body that did not arrive whole.
fn unreceived(error: ActixError) -> Error {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) | None => too_large(),
        Some(other) => malformed(other),
    }
}

fn too_large() -> Error {
    Error::refused(ErrorKind::TooLarge, "body_too_large", "提交的内容太大。")
}

fn not_json() -> Error {
    Error::refused(
        ErrorKind::UnsupportedMedia,
        "not_json",
        "请以 application/json 提交。",
    )
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::refused(
        ErrorKind::Malformed,
        "malformed_body",
        format!("提交的内容无法读取：{why}"),
    )
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
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => too_large(),
        JsonPayloadError::ContentType => not_json(),
        other => malformed(other),
    };
    refused.into()
}

fn query_error(error: QueryPayloadError, _: &HttpRequest) -> ActixError {
    Error::refused(
        ErrorKind::Malformed,
        "malformed_query",
        format!("查询参数无法读取：{error}"),
    )
    .into()
}

fn path_error(_: PathError, _: &HttpRequest) -> ActixError {
    Error::not_found().into()
}
