//! Pure: which days are working days: Monday to Friday, less the public holidays, plus the make-up days (调休) that the
//! State Council announces for each year.
//!
//! In a year without an announcement the days off that the law names are off.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::statutory::days_off;

/// The month by which the State Council has announced the next year.
const EXPECTED_BY: u32 = 11;

/// The kind of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日: Monday to Friday, nothing announced.
    Weekday,
    /// 周末.
    Weekend,
    /// 放假.
    Holiday,
    /// 补班: a Saturday or Sunday that is worked.
    MakeUp,
}

impl DayKind {
    #[must_use]
    pub fn is_working(self) -> bool {
        matches!(self, Self::Weekday | Self::MakeUp)
    }
}

/// One announced year, in the form of the calendar file: `{"holidays": [dates], "workdays": [dates], "names": {date: name}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedYear {
    /// Days off, whatever their weekday.
    pub holidays: BTreeSet<NaiveDate>,
    /// Saturdays and Sundays that are worked.
    pub workdays: BTreeSet<NaiveDate>,
    /// The names of days, if known.
    #[serde(default)]
    pub names: BTreeMap<NaiveDate, String>,
}

/// Why an announced year cannot be right; nothing of it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarFault {
    OtherYear {
        year: i32,
        date: NaiveDate,
    },
    /// A day of a neighbouring year that has not been announced itself.
    NotAnnounced {
        date: NaiveDate,
    },
    BothOffAndOn {
        date: NaiveDate,
    },
    /// A make-up day that is Monday to Friday, and so a working day anyway: a slip of the pen.
    MakeUpOnWeekday {
        date: NaiveDate,
    },
    /// An announced year has holidays; an empty one would silently turn the provisional count into a final one.
    NoHolidays {
        year: i32,
    },
}

impl std::fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherYear { year, date } => write!(f, "{date} stands under {year}"),
            Self::NotAnnounced { date } => {
                write!(
                    f,
                    "{date} belongs to a year that is not announced; announce that year too"
                )
            }
            Self::BothOffAndOn { date } => write!(f, "{date} is both a holiday and a make-up day"),
            Self::MakeUpOnWeekday { date } => {
                write!(f, "{date} is a make-up day but not a Saturday or Sunday")
            }
            Self::NoHolidays { year } => write!(f, "{year} has no holidays"),
        }
    }
}

impl std::error::Error for CalendarFault {}

/// The announced years, year by year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, AnnouncedYear>,
}

impl Calendar {
    /// Takes the announced years, or names the first thing that cannot be right.
    pub fn new(years: BTreeMap<i32, AnnouncedYear>) -> Result<Self, CalendarFault> {
        for (year, announced) in &years {
            check_year(*year, announced)?;
        }
        Ok(Self { years })
    }

    #[must_use]
    pub fn years(&self) -> &BTreeMap<i32, AnnouncedYear> {
        &self.years
    }

    /// Whether the year's holidays have been announced and loaded.
    #[must_use]
    pub fn is_loaded(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    #[must_use]
    pub fn kind(&self, date: NaiveDate) -> DayKind {
        let announced = self.years.get(&date.year());
        if announced.is_some_and(|year| year.holidays.contains(&date)) {
            return DayKind::Holiday;
        }
        if announced.is_some_and(|year| year.workdays.contains(&date)) {
            return DayKind::MakeUp;
        }
        if announced.is_none() && days_off(date.year()).contains_key(&date) {
            return DayKind::Holiday;
        }
        match date.weekday() {
            Weekday::Sat | Weekday::Sun => DayKind::Weekend,
            _ => DayKind::Weekday,
        }
    }

    #[must_use]
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.kind(date).is_working()
    }

    /// The year whose announcement is missing although it is needed: this one, or from 1 November on the next one.
    #[must_use]
    pub fn missing(&self, today: NaiveDate) -> Option<i32> {
        let needed = if today.month() >= EXPECTED_BY {
            today.year() + 1
        } else {
            today.year()
        };
        (today.year()..=needed).find(|year| !self.is_loaded(*year))
    }

    /// Returns the name of the holiday, or of the holiday that a make-up day belongs to.
    #[must_use]
    pub fn name(&self, date: NaiveDate) -> Option<&str> {
        match self.years.get(&date.year()) {
            Some(announced) => announced.names.get(&date).map(String::as_str),
            None => days_off(date.year()).get(&date).copied(),
        }
    }

    /// Every day after `start` up to and including the `count`-th working day after it. None for a count of 0.
    #[must_use]
    pub fn days_through(&self, start: NaiveDate, count: u32) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        let mut counted = 0;
        for date in start.iter_days().skip(1) {
            if counted == count {
                break;
            }
            days.push(date);
            counted += u32::from(self.is_working_day(date));
        }
        days
    }

    /// The `count`-th working day after `start`; `start` itself is day 0 and never counts.
    #[must_use]
    pub fn working_day_after(&self, start: NaiveDate, count: u32) -> NaiveDate {
        self.days_through(start, count).last().copied().unwrap_or(start)
    }

    /// How many working days lie after `start` up to and including `end`.
    #[must_use]
    pub fn working_days_between(&self, start: NaiveDate, end: NaiveDate) -> usize {
        start
            .iter_days()
            .skip(1)
            .take_while(|date| *date <= end)
            .filter(|date| self.is_working_day(*date))
            .count()
    }
}

fn check_year(year: i32, announced: &AnnouncedYear) -> Result<(), CalendarFault> {
    let dates = announced
        .holidays
        .iter()
        .chain(&announced.workdays)
        .chain(announced.names.keys());
    if let Some(date) = dates.copied().find(|date| date.year() != year) {
        return Err(CalendarFault::OtherYear { year, date });
    }
    if let Some(date) = announced.holidays.intersection(&announced.workdays).next() {
        return Err(CalendarFault::BothOffAndOn { date: *date });
    }
    let weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    if let Some(date) = announced.workdays.iter().find(|date| !weekend(date)) {
        return Err(CalendarFault::MakeUpOnWeekday { date: *date });
    }
    if announced.holidays.is_empty() {
        return Err(CalendarFault::NoHolidays { year });
    }
    Ok(())
}

/// The date on the wall of the city at an instant.
#[must_use]
pub fn local_date(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// 24:00 of a date in the city, which is 00:00 of the next one: the first instant that no longer belongs to it.
#[must_use]
pub fn end_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    start_of_day(date.checked_add_days(Days::new(1)).unwrap_or(date), zone)
}

/// The first instant of a date in the city; where the clocks skip midnight, the instant they skip to.
fn start_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .or_else(|| {
            zone.from_local_datetime(&(midnight + TimeDelta::hours(1)))
                .earliest()
        })
        .map_or_else(|| midnight.and_utc(), |instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::{calendar, date, only_2024};

    #[test]
    fn the_days_of_the_national_day_of_2025_are_as_announced() {
        let calendar = calendar();
        let cases = [
            ("2025-09-26", DayKind::Weekday, "an ordinary Friday"),
            ("2025-09-27", DayKind::Weekend, "an ordinary Saturday"),
            ("2025-09-28", DayKind::MakeUp, "a Sunday worked for the holiday"),
            ("2025-09-30", DayKind::Weekday, "the last day before the holiday"),
            ("2025-10-01", DayKind::Holiday, "its first day"),
            ("2025-10-04", DayKind::Holiday, "a Saturday within it"),
            ("2025-10-08", DayKind::Holiday, "its last day"),
            ("2025-10-09", DayKind::Weekday, "back at work"),
            ("2025-10-11", DayKind::MakeUp, "a Saturday worked for it"),
            ("2025-10-12", DayKind::Weekend, "the Sunday after"),
        ];
        for (day, expected, why) in cases {
            assert_eq!(calendar.kind(date(day)), expected, "{day}: {why}");
        }
        assert_eq!(calendar.name(date("2025-10-11")), Some("国庆节、中秋节"));
    }

    #[test]
    fn a_year_that_is_not_loaded_has_the_days_off_that_the_law_names() {
        let calendar = only_2024();
        assert!(!calendar.is_loaded(2025));
        assert_eq!(
            calendar.kind(date("2025-10-01")),
            DayKind::Holiday,
            "National Day"
        );
        assert_eq!(calendar.name(date("2025-10-01")), Some("国庆节"));
        assert_eq!(
            calendar.kind(date("2025-10-08")),
            DayKind::Weekday,
            "off only by announcement"
        );
        assert_eq!(calendar.kind(date("2025-10-11")), DayKind::Weekend, "a Saturday");
    }

    #[test]
    fn the_next_year_is_missed_from_november_on() {
        let calendar = calendar();
        for (today, missing) in [
            ("2025-06-01", None),
            ("2025-11-01", None),
            ("2026-10-31", None),
            ("2026-11-01", Some(2027)),
            ("2027-01-01", Some(2027)),
        ] {
            assert_eq!(calendar.missing(date(today)), missing, "{today}");
        }
    }

    #[test]
    fn day_zero_never_counts() {
        let calendar = calendar();
        assert_eq!(
            calendar.working_day_after(date("2025-09-30"), 0),
            date("2025-09-30")
        );
        assert_eq!(
            calendar.working_day_after(date("2025-09-30"), 1),
            date("2025-10-09")
        );
        assert_eq!(
            calendar.working_day_after(date("2025-09-30"), 3),
            date("2025-10-11"),
            "the make-up Saturday"
        );
        assert_eq!(
            calendar.working_days_between(date("2025-09-30"), date("2025-10-11")),
            3
        );
        assert_eq!(
            calendar.working_days_between(date("2025-10-11"), date("2025-09-30")),
            0
        );
    }

    #[test]
    fn a_year_that_cannot_be_right_is_refused_by_name() {
        let year = |holidays: &[&str], workdays: &[&str]| {
            let dates = |list: &[&str]| list.iter().map(|day| date(day)).collect();
            let announced = AnnouncedYear {
                holidays: dates(holidays),
                workdays: dates(workdays),
                ..Default::default()
            };
            Calendar::new(BTreeMap::from([(2027, announced)]))
        };
        assert!(year(&["2027-01-01"], &["2027-01-03"]).is_ok());
        let fault = |date| Err(date);
        assert_eq!(
            year(&["2026-12-31"], &[]),
            fault(CalendarFault::OtherYear {
                year: 2027,
                date: date("2026-12-31")
            })
        );
        assert_eq!(
            year(&["2027-01-02"], &["2027-01-02"]),
            fault(CalendarFault::BothOffAndOn {
                date: date("2027-01-02")
            })
        );
        assert_eq!(
            year(&["2027-01-01"], &["2027-01-04"]),
            fault(CalendarFault::MakeUpOnWeekday {
                date: date("2027-01-04")
            })
        );
        assert_eq!(year(&[], &[]), fault(CalendarFault::NoHolidays { year: 2027 }));
    }

    #[test]
    fn twenty_four_hundred_is_the_next_midnight_in_the_city() {
        let shanghai = chrono_tz::Asia::Shanghai;
        assert_eq!(
            end_of_day(date("2025-10-11"), shanghai).to_rfc3339(),
            "2025-10-11T16:00:00+00:00"
        );
        let last = end_of_day(date("2025-10-11"), shanghai) - TimeDelta::microseconds(1);
        assert_eq!(local_date(last, shanghai), date("2025-10-11"));
    }

    #[test]
    fn a_midnight_that_the_clocks_skip_is_the_instant_they_skip_to() {
        // Shanghai's summer time of 1940 began at 00:00 on 1 June.
        let end = end_of_day(date("1940-05-31"), chrono_tz::Asia::Shanghai);
        assert_eq!(local_date(end, chrono_tz::Asia::Shanghai), date("1940-06-01"));
    }
}
