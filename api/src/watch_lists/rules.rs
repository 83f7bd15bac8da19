//! Pure: when a subject is to be inspected again, and when that is due soon.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::Light;

use crate::error::{ErrorKind, Refusal};

/// An order within this distance of a watched place says so. Metres.
pub const NEAR_M: f64 = 50.0;
/// Subjects of one list.
pub const MAX_ENTRIES: u64 = 300;
pub const MAX_LISTS: u64 = 1_000;
pub const MAX_INTERVAL_DAYS: i32 = 3_660;

/// Why a watch list cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Removed,
    ChangedMeanwhile,
    TooMany,
    OtherArea,
    InspectedInTheFuture,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Removed => "watch_entry_removed",
            Self::ChangedMeanwhile => "watch_entry_changed",
            Self::TooMany => "watch_list_full",
            Self::OtherArea => "role_may_not",
            Self::InspectedInTheFuture => "in_the_future",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Removed => "这一条已经移出名单。",
            Self::ChangedMeanwhile => "别人刚刚改过这一条，请刷新后再试。",
            Self::TooMany => "名单已满，请先移出不再需要监管的对象。",
            Self::OtherArea => "只能建立本县区的监管名单。",
            Self::InspectedInTheFuture => "检查时间不能晚于现在。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Removed | Self::ChangedMeanwhile => ErrorKind::Conflict,
            Self::TooMany | Self::InspectedInTheFuture => ErrorKind::Rule,
            Self::OtherArea => ErrorKind::Forbidden,
        }
    }
}

/// When a subject is to be inspected next, counted from its entry or its last inspection. `None` if it has no interval.
#[must_use]
pub fn next_inspection(from: DateTime<Utc>, every_days: Option<i32>) -> Option<DateTime<Utc>> {
    every_days.map(|days| from + TimeDelta::days(i64::from(days)))
}

/// Red once the inspection is overdue, yellow within `remind_before_hours` of it.
#[must_use]
pub fn light(next: Option<DateTime<Utc>>, now: DateTime<Utc>, remind_before_hours: u32) -> Light {
    match next {
        Some(next) if now > next => Light::Red,
        Some(next) if now + TimeDelta::hours(i64::from(remind_before_hours)) >= next => Light::Yellow,
        _ => Light::Green,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inspection_is_due_so_many_days_after_the_last_one() {
        let from = "2025-09-18T01:00:00Z".parse().unwrap();
        let next = next_inspection(from, Some(7));
        assert_eq!(next, Some(from + TimeDelta::days(7)));
        assert_eq!(next_inspection(from, None), None);
        for (hours, expected) in [
            (0, Light::Green),
            (7 * 24 - 48, Light::Yellow),
            (7 * 24 + 1, Light::Red),
        ] {
            assert_eq!(light(next, from + TimeDelta::hours(hours), 48), expected);
        }
        assert_eq!(light(None, from, 48), Light::Green);
    }
}
