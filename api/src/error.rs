//! Errors in terms of the domain. `http/problem.rs` maps each to a response.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use crate::db::Failure;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A rule's "no". Each pure rule has an enum of its own that implements this.
pub trait Refusal: std::fmt::Debug {
    /// Stable `snake_case` English, part of the contract with clients.
    fn code(&self) -> &'static str;
    /// Chinese that a delegate can read.
    fn detail(&self) -> String;
    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }
}

/// Which family of answer a refusal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// 400: the request cannot be read.
    Malformed,
    /// 401: no valid session.
    NotSignedIn,
    /// 403: the role may not.
    Forbidden,
    /// 404: unknown, or not yours to know of.
    NotFound,
    /// 408: the body did not arrive in time.
    TooSlow,
    /// 409: the state does not allow it.
    Conflict,
    /// 412: `If-Match` names an older version.
    Stale,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMedia,
    /// 422: well-formed, but a rule says no.
    Rule,
    /// 429
    TooMany { retry_after_secs: u64 },
    /// 503: something we depend on does not answer.
    Unavailable { retry_after_secs: u64 },
}

/// A field that is at fault, as shown in `errors` of a problem document.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct FieldError {
    pub field: String,
    pub code: String,
    pub detail: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

/// The current state, sent along with a 409 or 412 so that the client can go on from it.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct CurrentState {
    pub status: String,
    pub version: i32,
    pub allowed: Vec<String>,
}

/// Who works on what was asked for, sent along with a 409.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimHolder {
    pub name: String,
    pub until: DateTime<FixedOffset>,
}

/// A refusal on its way out.
#[derive(Clone, Debug)]
pub struct Rejection {
    pub kind: ErrorKind,
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub state: Option<CurrentState>,
    pub holder: Option<ClaimHolder>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("refused: {}", .0.code)]
    Refused(Box<Rejection>),
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::refused(refusal.kind(), refusal.code(), refusal.detail())
    }
}

impl Error {
    pub fn refused(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused(Box::new(Rejection {
            kind,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            state: None,
            holder: None,
        }))
    }

    /// 404, for what does not exist and for what the caller may not know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::refused(ErrorKind::NotFound, "not_found", "没有找到，或您无权查看。")
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::refused(ErrorKind::Forbidden, "role_may_not", detail)
    }

    /// 422 `invalid_fields`, naming each field.
    #[must_use]
    pub fn invalid_field(field: &str, code: &str, detail: &str) -> Self {
        Self::invalid(vec![FieldError::new(field, code, detail)])
    }

    /// A filter of a list that cannot be read.
    #[must_use]
    pub fn bad_filter(field: &str, detail: &str) -> Self {
        const CODE: &str = "bad_filter";
        let mut error = Self::refused(ErrorKind::Malformed, CODE, format!("{field}：{detail}"));
        if let Self::Refused(refused) = &mut error {
            refused.errors.push(FieldError::new(field, CODE, detail));
        }
        error
    }

    /// 422 `invalid_fields`, naming each field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|e| e.detail.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let mut error = Self::refused(ErrorKind::Rule, "invalid_fields", detail);
        if let Self::Refused(refused) = &mut error {
            refused.errors = errors;
        }
        error
    }

    /// Adds what the order looks like now (409, 412).
    #[must_use]
    pub fn with_state(mut self, state: CurrentState) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.state = Some(state);
        }
        self
    }

    /// Adds who is in the way, and until when (409).
    #[must_use]
    pub fn with_holder(mut self, holder: ClaimHolder) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.holder = Some(holder);
        }
        self
    }

    /// The family of a refusal; none for faults of our own.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Refused(refused) => Some(refused.kind),
            Self::Database(_) | Self::Internal(_) => None,
        }
    }

    /// The class of the database error underneath; [`Failure::Other`] if there is none.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::Refused(_) => Failure::Other,
            Self::Database(error) => Failure::from_error(error),
            Self::Internal(error) => Failure::from_chain(error),
        }
    }

    /// The stable code of a refusal; none for faults of our own.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refused) => Some(refused.code),
            Self::Database(_) | Self::Internal(_) => None,
        }
    }
}
