//! Whether a group grows beyond chance: its last days against its own past.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The days that are held against the past.
pub const RECENT_DAYS: i64 = 28;
/// The past that is looked at.
const PAST_DAYS: i64 = 365;
/// A group is over when nothing came for so long.
const QUIET_DAYS: i64 = 28;
/// Corrected p-values up to this are a rise.
pub const RISING_P: f64 = 0.05;
/// Jeffreys prior, in orders.
const PRIOR: f64 = 0.5;

/// State of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// More reports than expected.
    Rising,
    /// About as many as expected.
    Steady,
    /// No report for some time.
    Over,
}

/// A topic's course up to a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// In the last [`RECENT_DAYS`] days.
    pub recent: u32,
    /// In as many days before those.
    pub before: u32,
    /// Expected number for those days, from the topic's past.
    pub expected: f64,
    /// The chance of as many or more, corrected for there being so many reports that could have begun a group.
    pub p_value: f64,
    /// The present course.
    pub status: Status,
}

/// The course of a topic with orders on `days`, as of `today`. `since`: where the records begin. `looked_at`:
/// all reports of the last days, each of which might have begun a group. None without a day.
#[must_use]
pub fn trend(days: &[NaiveDate], today: NaiveDate, since: NaiveDate, looked_at: usize) -> Option<Trend> {
    let first = days.iter().min().copied()?;
    let last = days.iter().max().copied()?;
    let age = |day: &NaiveDate| (today - *day).num_days();
    let within = |from: i64, to: i64| days.iter().filter(|day| (from..to).contains(&age(day))).count();
    let recent = within(0, RECENT_DAYS);
    let past_days = ((today - since).num_days() - RECENT_DAYS).clamp(0, PAST_DAYS);
    let shape = within(RECENT_DAYS, RECENT_DAYS + past_days) as f64 + PRIOR;
    let expected = RECENT_DAYS as f64 * shape / (past_days + RECENT_DAYS) as f64;
    let p_value = (negative_binomial_tail(recent, shape, expected) * looked_at.max(1) as f64).min(1.0);
    let status = if age(&last) >= QUIET_DAYS {
        Status::Over
    } else if p_value <= RISING_P {
        Status::Rising
    } else {
        Status::Steady
    };
    Some(Trend {
        first,
        last,
        recent: u32::try_from(recent).unwrap_or(u32::MAX),
        before: u32::try_from(within(RECENT_DAYS, 2 * RECENT_DAYS)).unwrap_or(u32::MAX),
        expected,
        p_value,
        status,
    })
}

/// The chance of `count` or more when the rate is only known as well as `shape` orders tell it.
fn negative_binomial_tail(count: usize, shape: f64, mean: f64) -> f64 {
    let p = mean / (shape + mean);
    let mut term = (1.0 - p).powf(shape);
    let mut below = 0.0;
    for k in 0..count {
        below += term;
        term *= (shape + k as f64) / (k as f64 + 1.0) * p;
    }
    if below < 0.999_9 {
        return 1.0 - below;
    }
    // Far out the sum itself, not what is left of 1, keeps its digits.
    let mut above = 0.0;
    for k in count..count + 200 {
        above += term;
        term *= (shape + k as f64) / (k as f64 + 1.0) * p;
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(offset: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 6, 30).unwrap() - chrono::TimeDelta::days(offset)
    }

    fn at(days: &[i64]) -> Trend {
        let days: Vec<NaiveDate> = days.iter().map(|offset| day(*offset)).collect();
        trend(&days, day(0), day(400), 300).unwrap()
    }

    #[test]
    fn many_at_once_after_silence_is_a_rise() {
        let rise = at(&[0, 1, 2, 4, 7, 8]);
        assert_eq!((rise.status, rise.recent, rise.before), (Status::Rising, 6, 0));
        assert!(rise.expected < 0.1);
    }

    #[test]
    fn the_usual_number_is_none() {
        let steady: Vec<i64> = (0..60).map(|n| n * 6).collect();
        let steady = at(&steady);
        assert_eq!(steady.status, Status::Steady);
        assert!((3.9..5.5).contains(&steady.expected), "{}", steady.expected);
        assert!(steady.p_value > 0.5);
    }

    #[test]
    fn two_in_a_big_city_are_no_rise_yet() {
        assert_eq!(at(&[0, 3]).status, Status::Steady);
    }

    #[test]
    fn four_quiet_weeks_end_it() {
        assert_eq!(at(&[28, 29, 30, 31, 32]).status, Status::Over);
        assert_eq!(at(&[27, 29, 30, 31, 32]).status, Status::Steady);
    }

    #[test]
    fn the_tail_agrees_with_what_is_known() {
        // Shape 1 is the geometric law: P(≥ k) = p^k.
        let p: f64 = 2.0 / 3.0;
        for count in [0, 1, 5, 40] {
            let expected = p.powi(i32::try_from(count).unwrap());
            let found = negative_binomial_tail(count, 1.0, 2.0);
            assert!(
                (found - expected).abs() < 1e-4 * expected.max(1e-9),
                "{count}: {found} {expected}"
            );
        }
    }
}
