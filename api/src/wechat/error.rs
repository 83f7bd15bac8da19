//! Errors of a call to WeChat and their meaning for the caller. They contain no address, secret or token, because they
//! are logged and shown.

use std::fmt;

use crate::error::{ErrorKind, Refusal};

const RETRY_SECS: u64 = 5;
const RETRY_NEXT_MINUTE_SECS: u64 = 60;
/// The rid that WeChat appends to a message, and the older forms of it.
const RID_MARKS: [&str; 3] = ["rid:", "hints:", "hint:"];

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// WeChat said -1, or we have too many calls in flight. May be tried again later.
    #[error("WeChat is busy")]
    Busy,
    /// The call did not reach WeChat: no connection, or the circuit is open. May be tried again later.
    #[error("WeChat cannot be reached")]
    Unavailable,
    /// Sent without a response: a time-out or a lost connection. WeChat may have executed the call.
    #[error("WeChat gave no answer")]
    TimedOut,
    /// Sent, and the answer was a gateway's error page or otherwise not WeChat's. It may have been carried out.
    #[error("WeChat's answer could not be read (HTTP {status})")]
    Unreadable { status: u16 },
    #[error("WeChat refused: {0}")]
    Refused(RefusedCall),
}

impl CallError {
    /// Whether WeChat may have carried the call out all the same: never blindly repeat such a call.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Unreadable { .. })
    }

    /// Returns WeChat's error code. Returns `None` if WeChat did not refuse.
    #[must_use]
    pub fn errcode(&self) -> Option<i64> {
        match self {
            Self::Refused(refused) => Some(refused.errcode),
            _ => None,
        }
    }
}

/// WeChat understood and said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCall {
    pub errcode: i64,
    /// WeChat's id of the call, good for seven days of asking.
    pub rid: Option<String>,
    /// The field of a template message that 47003 complains of, e.g. `thing3`.
    pub field: Option<String>,
}

impl RefusedCall {
    /// Parses `errmsg`, which is for people and changes; keeps only its rid and field.
    #[must_use]
    pub fn new(errcode: i64, errmsg: &str) -> Self {
        Self {
            errcode,
            rid: rid(errmsg),
            field: field(errmsg),
        }
    }

    /// The token is superseded (40001), malformed (40014) or too old (42001): fetch another and try once more.
    #[must_use]
    pub fn is_stale_token(&self) -> bool {
        matches!(self.errcode, 40001 | 40014 | 42001)
    }

    /// A limit by the second or the minute.
    #[must_use]
    pub fn is_rate_limit(&self) -> bool {
        matches!(self.errcode, 45011 | 44990 | 44991)
    }
}

impl fmt::Display for RefusedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "errcode {}", self.errcode)?;
        if let Some(field) = &self.field {
            write!(f, ", field {field}")?;
        }
        match &self.rid {
            Some(rid) => write!(f, ", rid {rid}"),
            None => Ok(()),
        }
    }
}

fn rid(errmsg: &str) -> Option<String> {
    let after = RID_MARKS
        .iter()
        .find_map(|mark| errmsg.split_once(mark).map(|(_, rest)| rest))?;
    let rid: String = after
        .trim_start_matches([' ', '['])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .take(64)
        .collect();
    (!rid.is_empty()).then_some(rid)
}

/// `argument invalid! data.thing3.value is emtpy` → `thing3`
fn field(errmsg: &str) -> Option<String> {
    let (_, after) = errmsg.split_once("data.")?;
    let (field, _) = after.split_once(".value")?;
    let is_key = field.len() <= 40 && field.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_key.then(|| field.to_owned())
}

/// The response to clients if no caller has handled the error.
impl Refusal for CallError {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) if refused.is_rate_limit() => "wechat_rate_limited",
            Self::Refused(_) => "wechat_refused",
            _ => "wechat_unavailable",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Refused(refused) if refused.is_rate_limit() => "操作太频繁，请一分钟后再试。",
            Self::Refused(_) => "微信没有接受这次操作，请稍后再试。",
            _ => "微信暂时没有响应，请再试一次。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refused) if refused.is_rate_limit() => ErrorKind::TooMany {
                retry_after_secs: RETRY_NEXT_MINUTE_SECS,
            },
            _ => ErrorKind::Unavailable {
                retry_after_secs: RETRY_SECS,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rid_is_found_in_every_form_it_has_had() {
        for (errmsg, rid) in [
            (
                "invalid code, rid: 6129ee10-272863a4-64d75414",
                Some("6129ee10-272863a4-64d75414"),
            ),
            ("invalid credential hints: [ req_id: x1 ]", Some("req_id:")),
            ("system error", None),
            ("ok rid: ", None),
        ] {
            assert_eq!(RefusedCall::new(40029, errmsg).rid.as_deref(), rid, "{errmsg}");
        }
    }

    #[test]
    fn the_field_of_47003_is_named_and_nothing_else_of_the_message_is_kept() {
        let refused = RefusedCall::new(47003, "argument invalid! data.thing3.value is emtpy rid: a-b-c");
        assert_eq!(refused.field.as_deref(), Some("thing3"));
        assert_eq!(refused.to_string(), "errcode 47003, field thing3, rid a-b-c");
        let odd = RefusedCall::new(47003, "data.https://x?secret=y.value");
        assert_eq!(odd.field, None);
    }

    #[test]
    fn only_what_was_sent_may_have_happened() {
        assert!(CallError::TimedOut.may_have_happened());
        assert!(CallError::Unreadable { status: 502 }.may_have_happened());
        assert!(!CallError::Unavailable.may_have_happened());
        assert!(!CallError::Busy.may_have_happened());
        assert!(!CallError::Refused(RefusedCall::new(43101, "")).may_have_happened());
    }

    #[test]
    fn a_minute_limit_is_429_and_the_rest_503() {
        let limited = CallError::Refused(RefusedCall::new(45011, ""));
        assert_eq!(limited.kind(), ErrorKind::TooMany { retry_after_secs: 60 });
        for error in [
            CallError::Busy,
            CallError::TimedOut,
            CallError::Refused(RefusedCall::new(40125, "")),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unavailable { retry_after_secs: 5 });
        }
    }
}
