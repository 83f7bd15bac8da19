//! `If-Match: "<version>"` on state-changing calls.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};

use crate::error::{Error, ErrorKind};

/// The version the client has seen, when it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IfMatch(pub Option<i32>);

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<IfMatch, Error> {
    let Some(header) = request.headers().get(IF_MATCH) else {
        return Ok(IfMatch(None));
    };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(IfMatch(None));
    }
    let version = text.trim_start_matches("W/").trim_matches('"').parse();
    version.map(|version| IfMatch(Some(version))).map_err(|_| {
        Error::refused(
            ErrorKind::Malformed,
            "malformed_if_match",
            "If-Match 应为带引号的版本号。",
        )
    })
}
