//! Pure: the days off that the law names for every year (全国年节及纪念日放假办法), before the State Council announces how they
//! are joined with weekends. Spring Festival has four days and Labour Day two since 2025.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::NaiveDate;
use tyme4rs::tyme::lunar::LunarDay;
use tyme4rs::tyme::solar::{SolarDay, SolarTerm};

/// The days off of a year with their names.
pub type DaysOff = BTreeMap<NaiveDate, &'static str>;

const FIRST_YEAR: i32 = 2000;
/// Years that are known; beyond them nothing is off by law.
const YEARS: usize = 150;
/// The law counts four days of Spring Festival and two of Labour Day from this year on.
const AMENDED: i32 = 2025;
/// 清明 among the solar terms, counted from 冬至.
const QINGMING: isize = 7;

static KNOWN: [OnceLock<DaysOff>; YEARS] = [const { OnceLock::new() }; YEARS];
static NONE: DaysOff = DaysOff::new();

/// The days off of this year. Each year is computed once.
#[must_use]
pub fn days_off(year: i32) -> &'static DaysOff {
    let slot = usize::try_from(year - FIRST_YEAR)
        .ok()
        .and_then(|at| KNOWN.get(at));
    slot.map_or(&NONE, |slot| slot.get_or_init(|| compute(year)))
}

fn compute(year: i32) -> DaysOff {
    let mut days = DaysOff::new();
    let mut add = |first: Option<NaiveDate>, count: usize, name: &'static str| {
        let dates = first.into_iter().flat_map(|first| first.iter_days().take(count));
        for date in dates {
            days.entry(date).or_insert(name);
        }
    };
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let amended = year >= AMENDED;
    add(date(1, 1), 1, "元旦");
    let new_year = lunar(year, 1, 1);
    let (spring, count) = if amended {
        (new_year.and_then(|day| day.pred_opt()), 4)
    } else {
        (new_year, 3)
    };
    add(spring, count, "春节");
    let qingming = SolarTerm::from_index(year as isize, QINGMING).get_solar_day();
    add(gregorian(&qingming), 1, "清明节");
    add(date(5, 1), if amended { 2 } else { 1 }, "劳动节");
    add(lunar(year, 5, 5), 1, "端午节");
    add(date(10, 1), 3, "国庆节");
    add(lunar(year, 8, 15), 1, "中秋节");
    days
}

fn lunar(year: i32, month: isize, day: usize) -> Option<NaiveDate> {
    let day = LunarDay::new(year as isize, month, day).ok()?;
    gregorian(&day.get_solar_day())
}

fn gregorian(day: &SolarDay) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        i32::try_from(day.get_year()).ok()?,
        u32::try_from(day.get_month()).ok()?,
        u32::try_from(day.get_day()).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::calendar::DayKind;
    use crate::deadlines::test_fixtures::calendar;

    fn dates(year: i32) -> String {
        let days = days_off(year).keys().map(|date| date.format("%m-%d").to_string());
        days.collect::<Vec<_>>().join(" ")
    }

    fn of(year: i32, name: &str) -> Vec<String> {
        let days = days_off(year).iter().filter(|(_, day)| **day == name);
        days.map(|(date, _)| date.format("%m-%d").to_string()).collect()
    }

    /// Lunar days and Qingming are those of the almanac of Purple Mountain Observatory.
    #[test]
    fn the_days_off_of_each_year_are_those_of_the_law() {
        for (year, days) in [
            (
                2025,
                "01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31 10-01 10-02 10-03 10-06",
            ),
            (
                2026,
                "01-01 02-16 02-17 02-18 02-19 04-05 05-01 05-02 06-19 09-25 10-01 10-02 10-03",
            ),
            (
                2027,
                "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03",
            ),
            // Mid-Autumn is the third day of National Day.
            (
                2028,
                "01-01 01-25 01-26 01-27 01-28 04-04 05-01 05-02 05-28 10-01 10-02 10-03",
            ),
            (
                2029,
                "01-01 02-12 02-13 02-14 02-15 04-04 05-01 05-02 06-16 09-22 10-01 10-02 10-03",
            ),
            (
                2030,
                "01-01 02-02 02-03 02-04 02-05 04-05 05-01 05-02 06-05 09-12 10-01 10-02 10-03",
            ),
        ] {
            assert_eq!(dates(year), days, "{year}");
        }
    }

    #[test]
    fn every_day_off_by_law_is_off_in_the_notices_of_the_state_council() {
        let calendar = calendar();
        for year in [2024, 2025, 2026] {
            assert!(calendar.is_loaded(year), "{year}");
            for (date, name) in days_off(year) {
                assert_eq!(calendar.kind(*date), DayKind::Holiday, "{date} {name}");
            }
        }
    }

    #[test]
    fn the_days_have_their_names() {
        assert_eq!(of(2027, "元旦"), ["01-01"]);
        assert_eq!(of(2027, "春节"), ["02-05", "02-06", "02-07", "02-08"]);
        assert_eq!(of(2027, "清明节"), ["04-05"]);
        assert_eq!(of(2027, "劳动节"), ["05-01", "05-02"]);
        assert_eq!(of(2027, "端午节"), ["06-09"]);
        assert_eq!(of(2027, "中秋节"), ["09-15"]);
        assert_eq!(of(2028, "国庆节"), ["10-01", "10-02", "10-03"]);
    }

    #[test]
    fn spring_festival_and_labour_day_are_a_day_shorter_before_2025() {
        assert_eq!(of(2024, "春节"), ["02-10", "02-11", "02-12"]);
        assert_eq!(of(2024, "劳动节"), ["05-01"]);
        assert_eq!(days_off(2024).len(), 11);
        assert!(days_off(1900).is_empty() && days_off(9_999).is_empty());
    }
}
