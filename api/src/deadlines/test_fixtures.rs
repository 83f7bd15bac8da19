//! Shared by the tests of this folder: Luoyang's calendar and policy, local times, seeded random numbers.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Asia::Shanghai;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

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

/// Any second of 2024 to 2027; 2027 is not announced.
pub fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    const FOUR_YEARS: i64 = 4 * 366 * 24 * 60 * 60;
    (0..FOUR_YEARS).prop_map(|second| at("2024-01-01 00:00") + TimeDelta::seconds(second))
}

/// Runs a property on values that are the same in every run.
pub fn for_all<S: Strategy>(values: S, property: impl Fn(S::Value)) {
    // Enough to meet every holiday of the announced years many times.
    let config = Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let checked = TestRunner::new_with_rng(config, rng).run(&values, |value| {
        property(value);
        Ok(())
    });
    checked.unwrap();
}
