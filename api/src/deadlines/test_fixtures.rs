//! Shared by the tests of this folder: Luoyang's calendar and policy, local times, seeded random numbers.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Asia::Shanghai;

use super::{Calendar, DeadlineRules, Policy, parse};

pub const POLICY: &str = include_str!("../../city/luoyang/policy.toml");
pub const CALENDAR: &str = include_str!("../../city/luoyang/calendar.json");

pub fn policy() -> Policy {
    parse::policy(POLICY).unwrap()
}

pub fn calendar() -> Calendar {
    parse::calendar(CALENDAR).unwrap()
}

/// The calendar before the years 2025 and 2026 were announced.
pub fn only_2024() -> Calendar {
    let years = calendar()
        .years()
        .clone()
        .into_iter()
        .filter(|(year, _)| *year == 2024)
        .collect();
    Calendar::new(years).unwrap()
}

/// Runs a test under Luoyang's law.
pub fn under_the_law<T>(test: impl FnOnce(DeadlineRules) -> T) -> T {
    let (policy, calendar) = (policy(), calendar());
    test(DeadlineRules {
        policy: &policy,
        calendar: &calendar,
    })
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant as the city's wall clock shows it: `2025-09-30 17:20`.
pub fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    Shanghai.from_local_datetime(&local).unwrap().to_utc()
}

/// How the city's wall clock shows an instant, to the minute.
pub fn shown(instant: DateTime<Utc>) -> String {
    instant
        .with_timezone(&Shanghai)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// Chance that is the same in every run (splitmix64), for properties.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Any second of 2024 to 2027; 2027 is not announced.
    pub fn instant(&mut self) -> DateTime<Utc> {
        let four_years = 4 * 366 * 24 * 60 * 60;
        at("2024-01-01 00:00") + TimeDelta::seconds(self.below(four_years) as i64)
    }
}
