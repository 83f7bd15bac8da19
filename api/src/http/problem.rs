//! Errors → `application/problem+json` (RFC 9457). The one file that knows which error is which status.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use crate::db::Failure;
use crate::error::{Error, ErrorKind, FieldError, Rejection};
use crate::http::request_id;

/// RFC 6750; a browser shows no window for it.
const CHALLENGE: &str = "Bearer realm=\"zhitong\"";
pub const PROBLEM_JSON: &str = "application/problem+json";
/// `Retry-After` in seconds while the database or the storage is unavailable.
pub const RETRY_SECS: u64 = 5;

/// The body of every error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:zhitong:problem:<code>`.
    #[serde(rename = "type")]
    pub problem_type: String,
    pub title: String,
    pub status: u16,
    /// Stable `snake_case` English; clients decide by it.
    pub code: String,
    /// Chinese that a delegate can read.
    pub detail: String,
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// 409 and 412: the order's version now. Its status stands in `current_status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_status: Option<String>,
    /// 409 and 412: the moves that are open now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// 409 `claimed_by_another`: who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// The end of the claim, unless it is released before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<FixedOffset>>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, detail: &str) -> Self {
        Self {
            problem_type: format!("urn:zhitong:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.to_owned(),
            request_id: request_id::current(),
            errors: Vec::new(),
            version: None,
            current_status: None,
            allowed: None,
            held_by: None,
            held_until: None,
        }
    }

    fn respond(self, retry_after_secs: Option<u64>) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
        }
        if let Some(secs) = retry_after_secs {
            response.insert_header((RETRY_AFTER, secs.to_string()));
        }
        response.json(self)
    }
}

fn status_of(kind: ErrorKind) -> (StatusCode, Option<u64>) {
    match kind {
        ErrorKind::Malformed => (StatusCode::BAD_REQUEST, None),
        ErrorKind::NotSignedIn => (StatusCode::UNAUTHORIZED, None),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, None),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, None),
        ErrorKind::TooSlow => (StatusCode::REQUEST_TIMEOUT, None),
        ErrorKind::Conflict => (StatusCode::CONFLICT, None),
        ErrorKind::Stale => (StatusCode::PRECONDITION_FAILED, None),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None),
        ErrorKind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
        ErrorKind::Rule => (StatusCode::UNPROCESSABLE_ENTITY, None),
        ErrorKind::TooMany { retry_after_secs } => (StatusCode::TOO_MANY_REQUESTS, Some(retry_after_secs)),
        ErrorKind::Unavailable { retry_after_secs } => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(retry_after_secs))
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refused) => status_of(refused.kind).0,
            Self::Database(_) | Self::Internal(_) if self.failure().is_temporary() => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Refused(refused) = self {
            return refusal(refused);
        }
        let (code, detail) = match self.failure() {
            Failure::Busy => ("busy", "系统繁忙，请稍后再试。"),
            Failure::ConnectionLost => ("database_unavailable", "系统暂时无法访问数据，请稍后再试。"),
            Failure::StorageFull | Failure::StorageFault => (
                "storage_unavailable",
                "系统存储暂时不可用，本次操作未完成，请稍后再试。",
            ),
            Failure::Other => {
                tracing::error!(error = ?self, "request failed");
                let detail = "系统出错了，已经记录。请稍后再试。";
                return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).respond(None);
            }
        };
        tracing::warn!(error = %self, code, "database unavailable");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).respond(Some(RETRY_SECS))
    }
}

fn refusal(refused: &Rejection) -> HttpResponse {
    let (status, retry) = status_of(refused.kind);
    let mut problem = Problem::new(status, refused.code, &refused.detail);
    problem.errors.clone_from(&refused.errors);
    if let Some(state) = &refused.state {
        problem.version = Some(state.version);
        problem.current_status = Some(state.status.clone());
        problem.allowed = Some(state.allowed.clone());
    }
    if let Some(holder) = &refused.holder {
        problem.held_by = Some(holder.name.clone());
        problem.held_until = Some(holder.until);
    }
    problem.respond(retry)
}
