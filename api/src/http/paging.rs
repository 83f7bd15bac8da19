//! `?limit=&cursor=` in, `{"items": [...], "next_cursor": …}` out. A cursor holds the sort key of the last
//! row, so a list stays stable while rows are added in front of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind, FieldError};
use crate::moments::is_within_years;

const DEFAULT_LIMIT: u64 = 20;
const MAX_LIMIT: u64 = 100;

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// 1 to 100, default 20.
    #[param(minimum = 1, maximum = 100, required = false)]
    pub limit: Option<u64>,
    /// From `next_cursor` of the page before.
    #[param(required = false)]
    pub cursor: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<u64, Error> {
        match self.limit {
            None => Ok(DEFAULT_LIMIT),
            Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
            Some(_) => Err(Error::refused(
                ErrorKind::Malformed,
                "bad_limit",
                "limit 应在 1 到 100 之间。",
            )),
        }
    }

    /// The sort key after which the page starts.
    /// # Errors
    /// `bad_cursor` (400) if it is none of ours. Nobody signs cursors, so a forged one must not hold what a database
    /// cannot compare.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Error> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let read = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .filter(is_storable)
            .and_then(|key| serde_json::from_value(key).ok());
        read.map(Some).ok_or_else(|| {
            let mut error = Error::refused(
                ErrorKind::Malformed,
                "bad_cursor",
                "cursor 无效，请从第一页开始。",
            );
            if let Error::Refused(refused) = &mut error {
                refused
                    .errors
                    .push(FieldError::new("cursor", "bad_cursor", "无法读取"));
            }
            error
        })
    }
}

/// Returns `true` if no text of a sort key holds a NUL or a moment that a database does not know. A moment is whatever
/// chrono reads as one, which is more than RFC 3339: `-262143-01-01T00:00:00Z`.
fn is_storable(key: &Value) -> bool {
    match key {
        Value::String(text) => {
            let moment = text.parse::<DateTime<FixedOffset>>().ok();
            !text.contains('\0') && moment.is_none_or(|at| is_within_years(at.to_utc()))
        }
        Value::Array(parts) => parts.iter().all(is_storable),
        Value::Object(parts) => parts.values().all(is_storable),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// None on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from `limit + 1` rows at most: the extra one only says that there is more.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, limit: u64, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more {
            rows.last().map(|row| cursor(&key(row)))
        } else {
            None
        };
        Self {
            items: rows,
            next_cursor,
        }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// The opaque text of a sort key.
pub fn cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_a_cursor_only_when_there_is_more() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |n| *n);
        assert_eq!(page.items, [1, 2]);
        let paging = Paging {
            limit: None,
            cursor: page.next_cursor,
        };
        assert_eq!(paging.after::<i32>().unwrap(), Some(2));
        assert_eq!(Page::from_rows(vec![1, 2], 2, |n| *n).next_cursor, None);
    }

    #[test]
    fn a_cursor_with_what_no_database_stores_is_refused() {
        let after = |key: &Value| {
            let paging = Paging {
                limit: None,
                cursor: Some(cursor(key)),
            };
            paging.after::<Value>().is_ok()
        };
        assert!(after(&serde_json::json!(["2025-09-08T01:00:00Z", 3])));
        for far in [
            "0001-01-01T00:00:00Z",
            "-4800-01-01T00:00:00Z",
            "-262143-01-01T00:00:00Z",
            "+262142-12-31T23:59:59Z",
            "+262142-12-31 23:59:59 UTC",
        ] {
            assert!(!after(&serde_json::json!([far, 3])), "{far}");
            assert!(!after(&serde_json::json!({ "act_by": far })), "{far}");
        }
        assert!(!after(&serde_json::json!({ "number": "T\u{0}" })));
    }

    #[test]
    fn a_cursor_of_somebody_elses_making_is_refused() {
        let paging = Paging {
            limit: Some(0),
            cursor: Some("nonsense".to_owned()),
        };
        assert!(paging.after::<i32>().is_err());
        assert!(paging.limit().is_err());
    }
}
