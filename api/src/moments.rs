//! Pure: bounds of moments from outside. Nothing outside them reaches a query.

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

use crate::error::{Error, FieldError};

const FOUR_DIGITS_WANTED: &str = "年份应为四位数字。";
/// A client's clock may be ahead of ours by this much.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(10);
/// Years that the product works with.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// Years that RFC 3339 can write. chrono reads others as well (`+262142-12-31`, `-4800-01-01`), where adding an hour or
/// a time zone overflows and a database compares wrongly.
const FOUR_DIGITS: std::ops::RangeInclusive<i32> = 0..=9_999;

/// Returns `true` if the product works with this moment. The first day of the city begins, and the last one ends, in
/// another year of UTC.
#[must_use]
pub fn is_within_years(at: DateTime<Utc>) -> bool {
    let day = at.date_naive();
    YEARS.contains(&day.year()) || matches!((day.year(), day.ordinal()), (1999, 365) | (2101, 1))
}

/// Same as [`is_within_years`] for a day of the city.
#[must_use]
pub fn is_day_within_years(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// Returns `true` if arithmetic with this moment stays inside the calendar. Which moments make sense for a field is for
/// its own rule to say.
#[must_use]
pub fn has_four_digit_year(at: DateTime<Utc>) -> bool {
    FOUR_DIGITS.contains(&at.date_naive().year())
}

/// Reads a moment of a request (`deserialize_with`).
/// # Errors
/// If it is none, or its year does not have four digits.
pub fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<FixedOffset>, D::Error> {
    let at = DateTime::<FixedOffset>::deserialize(deserializer)?;
    if has_four_digit_year(at.to_utc()) {
        Ok(at)
    } else {
        Err(D::Error::custom(FOUR_DIGITS_WANTED))
    }
}

/// Same as [`moment`] for a field that may be left out.
/// # Errors
/// Those of [`moment`].
pub fn optional_moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let at = Option::<DateTime<FixedOffset>>::deserialize(deserializer)?;
    if at.is_none_or(|at| has_four_digit_year(at.to_utc())) {
        Ok(at)
    } else {
        Err(D::Error::custom(FOUR_DIGITS_WANTED))
    }
}

/// Same as [`moment`] for a day.
/// # Errors
/// Those of [`moment`].
pub fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let day = NaiveDate::deserialize(deserializer)?;
    if FOUR_DIGITS.contains(&day.year()) {
        Ok(day)
    } else {
        Err(D::Error::custom(FOUR_DIGITS_WANTED))
    }
}

/// Returns the fault of a moment that should have passed: before 2000, or in the future.
#[must_use]
pub fn past_fault(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Option<FieldError> {
    if at > now + CLOCK_SKEW {
        Some(FieldError::new(field, "in_the_future", "时间不能晚于现在。"))
    } else if is_within_years(at) {
        None
    } else {
        Some(too_early(field))
    }
}

/// Same as [`past_fault`] for a day of the city.
#[must_use]
pub fn past_day_fault(field: &str, day: NaiveDate, today: NaiveDate) -> Option<FieldError> {
    if day > today {
        Some(FieldError::new(field, "in_the_future", "日期不能晚于今天。"))
    } else {
        (!is_day_within_years(day)).then(|| too_early(field))
    }
}

/// # Errors
/// `invalid_fields` (422) with `in_the_future` or `too_early`.
pub fn ensure_past(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    past_fault(field, at, now).map_or(Ok(()), |fault| Err(Error::invalid(vec![fault])))
}

/// # Errors
/// `invalid_fields` (422) with `due_too_late` for a due time after `latest`.
pub fn ensure_not_after(field: &str, due: DateTime<Utc>, latest: DateTime<Utc>) -> Result<(), Error> {
    if due <= latest {
        return Ok(());
    }
    let detail = "期限太远，请核对年份。";
    Err(Error::invalid(vec![FieldError::new(
        field,
        "due_too_late",
        detail,
    )]))
}

fn too_early(field: &str) -> FieldError {
    FieldError::new(field, "too_early", "时间不能早于2000年。")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn what_has_happened_lies_between_2000_and_now() {
        let now = at("2025-09-08T09:00:00+08:00");
        for (moment, code) in [
            ("2025-09-08T09:00:00+08:00", None),
            ("2025-09-08T09:10:00+08:00", None),
            ("2025-09-08T09:10:01+08:00", Some("in_the_future")),
            ("2000-01-01T00:00:00+08:00", None),
            ("1999-12-30T00:00:00Z", Some("too_early")),
            ("0001-01-01T00:00:00Z", Some("too_early")),
            ("9999-12-31T23:59:59Z", Some("in_the_future")),
        ] {
            let found = past_fault("at", at(moment), now).map(|fault| fault.code);
            assert_eq!(found.as_deref(), code, "{moment}");
        }
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2025-09-08");
        let code = |text| past_day_fault("date", day(text), today).map(|fault| fault.code);
        assert_eq!(code("2025-09-08"), None);
        assert_eq!(code("2025-09-09").as_deref(), Some("in_the_future"));
        assert_eq!(code("0204-05-01").as_deref(), Some("too_early"));
    }

    #[test]
    fn a_moment_of_a_request_has_a_year_of_four_digits() {
        #[derive(serde::Deserialize)]
        struct Asked {
            #[serde(deserialize_with = "super::moment")]
            at: DateTime<FixedOffset>,
            #[serde(default, deserialize_with = "super::optional_moment")]
            due_at: Option<DateTime<FixedOffset>>,
            #[serde(deserialize_with = "super::day")]
            on: NaiveDate,
        }
        let read = |at: &str, due_at: Option<&str>, on: &str| {
            let mut asked = serde_json::json!({ "at": at, "on": on });
            if let Some(due_at) = due_at {
                asked["due_at"] = due_at.into();
            }
            serde_json::from_value::<Asked>(asked)
        };
        let (good, day) = ("2025-09-08T09:00:00+08:00", "2025-09-08");
        let asked = read(good, None, day).unwrap();
        assert_eq!(
            (asked.at.to_utc(), asked.due_at, asked.on.day()),
            (at(good), None, 8)
        );
        assert_eq!(
            read(good, Some(good), day).unwrap().due_at.unwrap().to_utc(),
            at(good)
        );
        // What is merely odd is for the field's own rule, which names the field.
        assert!(read("0204-05-01T00:00:00Z", Some("9999-12-31T00:00:00Z"), "0204-05-01").is_ok());
        for far in [
            "+262142-12-31T23:59:59Z",
            "-262143-01-01T00:00:00Z",
            "-4800-01-01T00:00:00Z",
        ] {
            assert!(read(far, None, day).is_err(), "{far}");
            assert!(read(good, Some(far), day).is_err(), "{far}");
        }
        assert!(read(good, None, "+262142-12-31").is_err());
        assert!(read(good, None, "-4800-01-01").is_err());
    }

    #[test]
    fn a_due_time_has_an_end() {
        let latest = at("2025-09-20T00:00:00+08:00");
        assert!(ensure_not_after("due_at", latest, latest).is_ok());
        let error = ensure_not_after("due_at", at("9999-12-31T00:00:00Z"), latest).unwrap_err();
        assert_eq!(error.code(), Some("invalid_fields"));
    }
}
