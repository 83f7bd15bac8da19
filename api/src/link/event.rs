//! Pure: an event of the linked platform, checked.
//!
//! Time is an argument.

use chrono::{DateTime, Utc};

use crate::moments::past_fault;

const EVENT_ID_CHARS: std::ops::RangeInclusive<usize> = 1..=128;
const EXTERNAL_NUMBER_CHARS: std::ops::RangeInclusive<usize> = 1..=64;
const MAX_FILES: usize = 10;
const URL_CHARS: usize = 500;

/// An event of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEventType {
    Submitted,
    Accepted,
    Replied,
    Returned,
    ExtensionRequested,
    Note,
}

impl LinkEventType {
    /// Returns `None` if no event has this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "submitted" => Self::Submitted,
            "accepted" => Self::Accepted,
            "replied" => Self::Replied,
            "returned" => Self::Returned,
            "extension_requested" => Self::ExtensionRequested,
            "note" => Self::Note,
            _ => return None,
        })
    }
}

/// The facts that every event is checked against.
#[derive(Clone, Copy, Debug)]
pub struct EventHead<'a> {
    pub event_id: &'a str,
    pub event_type: &'a str,
    pub number: Option<&'a str>,
    pub external_number: Option<&'a str>,
    pub at: DateTime<Utc>,
    pub file_urls: &'a [String],
}

/// Checks the parts that do not depend on the order, and returns the type. An `Err` has the field, a stable code and
/// the detail.
///
/// # Errors
/// The first fault found.
pub fn validate(head: &EventHead<'_>, now: DateTime<Utc>) -> Result<LinkEventType, LinkFault> {
    let fault = |field, code, detail| LinkFault { field, code, detail };
    let visible = head.event_id.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible || !EVENT_ID_CHARS.contains(&head.event_id.len()) {
        return Err(fault(
            "event_id",
            "malformed",
            "事件编号应为1至128个字母、数字或符号。",
        ));
    }
    let event_type = LinkEventType::parse(head.event_type);
    let event_type = event_type.ok_or_else(|| fault("type", "unknown_type", "没有这种事件。"))?;
    let external = head.external_number.is_none_or(|number| {
        EXTERNAL_NUMBER_CHARS.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if !external {
        return Err(fault(
            "external_number",
            "malformed",
            "外部编号应为1至64个字母、数字或符号。",
        ));
    }
    if head.number.is_none() && head.external_number.is_none() {
        return Err(fault("number", "required", "请给出工单编号或外部编号。"));
    }
    if past_fault("at", head.at, now).is_some() {
        return Err(fault(
            "at",
            "out_of_range",
            "时间不能早于2000年，也不能晚于现在。",
        ));
    }
    let is_url = |url: &String| {
        url.chars().count() <= URL_CHARS && (url.starts_with("https://") || url.starts_with("http://"))
    };
    if head.file_urls.len() > MAX_FILES || !head.file_urls.iter().all(is_url) {
        return Err(fault("file_urls", "malformed", "附件应为网址，最多10个。"));
    }
    Ok(event_type)
}

/// An invalid field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkFault {
    pub field: &'static str,
    pub code: &'static str,
    pub detail: &'static str,
}

/// Returns the platform's account with the addresses of its files, one per line.
#[must_use]
pub fn account_with_files(account: &str, file_urls: &[String]) -> String {
    let files = file_urls.iter().map(|url| format!("\n附件：{url}"));
    std::iter::once(account.to_owned()).chain(files).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn head<'a>() -> EventHead<'a> {
        EventHead {
            event_id: "e-1",
            event_type: "accepted",
            number: Some("T20250117000725"),
            external_number: None,
            at: DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
            file_urls: &[],
        }
    }

    #[test]
    fn each_part_is_bounded() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert_eq!(validate(&head(), now), Ok(LinkEventType::Accepted));
        let long = "x".repeat(129);
        let files = vec!["https://example.com/1.pdf".to_owned(); 11];
        let faulty: [(EventHead<'_>, &str); 6] = [
            (
                EventHead {
                    event_id: &long,
                    ..head()
                },
                "event_id",
            ),
            (
                EventHead {
                    event_id: "e 1",
                    ..head()
                },
                "event_id",
            ),
            (
                EventHead {
                    event_type: "vanished",
                    ..head()
                },
                "type",
            ),
            (
                EventHead {
                    number: None,
                    ..head()
                },
                "number",
            ),
            (
                EventHead {
                    at: now + TimeDelta::hours(1),
                    ..head()
                },
                "at",
            ),
            (
                EventHead {
                    file_urls: &files,
                    ..head()
                },
                "file_urls",
            ),
        ];
        for (head, field) in faulty {
            assert_eq!(validate(&head, now).unwrap_err().field, field);
        }
    }
}
