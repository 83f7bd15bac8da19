//! Pure: moments as paper says them: in full, because nobody knows when a page is read.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

/// `2025年1月17日`
#[must_use]
pub fn day(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// The local day of an instant.
#[must_use]
pub fn day_of(at: DateTime<Utc>, zone: Tz) -> String {
    day(at.with_timezone(&zone).date_naive())
}

/// `2025年1月17日 09:30`
#[must_use]
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} {}", day(local.date_naive()), local.format("%H:%M"))
}

/// The day of a deadline; midnight belongs to the day that ends.
#[must_use]
pub fn due_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let local = at.with_timezone(&zone);
    let date = local.date_naive();
    if local.num_seconds_from_midnight() == 0 {
        date.pred_opt().unwrap_or(date)
    } else {
        date
    }
}

/// A deadline; midnight is 24:00 of the day that ends.
#[must_use]
pub fn due(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    if local.num_seconds_from_midnight() == 0 {
        format!("{} 24:00", day(due_day(at, zone)))
    } else {
        moment(at, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    #[test]
    fn moments_are_written_in_full_and_a_deadline_at_midnight_is_the_day_that_ends() {
        let at = |text: &str| text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        let morning = at("2025-01-17T08:05:00+08:00");
        assert_eq!(moment(morning, Shanghai), "2025年1月17日 08:05");
        assert_eq!(day_of(at("2025-01-17T00:30:00+08:00"), Shanghai), "2025年1月17日");
        assert_eq!(due(morning, Shanghai), "2025年1月17日 08:05");
        assert_eq!(
            due(at("2025-02-01T00:00:00+08:00"), Shanghai),
            "2025年1月31日 24:00"
        );
    }
}
