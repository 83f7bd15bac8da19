//! Pure: spans of time that things are counted by: whole days, weeks from Monday, months, quarters, years of the city.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use entity::kinds::Grain;
use serde::Serialize;

/// One span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    pub grain: Grain,
    pub starts_on: NaiveDate,
}

impl Period {
    /// Returns the period of this length that contains the date.
    #[must_use]
    pub fn of(grain: Grain, date: NaiveDate) -> Self {
        let month = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
        let starts_on = match grain {
            Grain::Day => date,
            Grain::Week => back(date, u64::from(date.weekday().num_days_from_monday())),
            Grain::Month => month(date.month()),
            Grain::Quarter => month(date.month0() / 3 * 3 + 1),
            Grain::Year => month(1),
        };
        Self { grain, starts_on }
    }

    /// The first day of the next span.
    #[must_use]
    pub fn ends_before(self) -> NaiveDate {
        let start = self.starts_on;
        let end = match self.grain {
            Grain::Day => start.checked_add_days(Days::new(1)),
            Grain::Week => start.checked_add_days(Days::new(7)),
            Grain::Month => start.checked_add_months(Months::new(1)),
            Grain::Quarter => start.checked_add_months(Months::new(3)),
            Grain::Year => start.checked_add_months(Months::new(12)),
        };
        end.unwrap_or(start)
    }

    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        back(self.ends_before(), 1)
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self::of(self.grain, back(self.starts_on, 1))
    }

    /// This span and the ones before it, the earliest first.
    #[must_use]
    pub fn with_previous(self, count: usize) -> Vec<Self> {
        let mut periods: Vec<_> = std::iter::successors(Some(self), |period| Some(period.previous()))
            .take(count)
            .collect();
        periods.reverse();
        periods
    }

    /// As it is said: 2025年9月, 2025年第3季度.
    #[must_use]
    pub fn name(self) -> String {
        let start = self.starts_on;
        match self.grain {
            Grain::Day => start.format("%-m月%-d日").to_string(),
            Grain::Week => {
                let last = self.last_day();
                format!("{} 至 {}", start.format("%-m月%-d日"), last.format("%-m月%-d日"))
            }
            Grain::Month => start.format("%Y年%-m月").to_string(),
            Grain::Quarter => format!("{}年第{}季度", start.year(), start.month0() / 3 + 1),
            Grain::Year => start.format("%Y年").to_string(),
        }
    }
}

/// Days of the rolling span.
const ROLLING_DAYS: u64 = 30;

/// Length of a span that a screen or a table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Length {
    /// The thirty days that end with a date.
    #[serde(rename = "30d")]
    Days30,
    #[serde(untagged)]
    Calendar(Grain),
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days30 => f.write_str("30d"),
            Self::Calendar(grain) => grain.fmt(f),
        }
    }
}

impl FromStr for Length {
    type Err = <Grain as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "30d" => Ok(Self::Days30),
            other => other.parse().map(Self::Calendar),
        }
    }
}

/// A span that is shown: one calendar period, or thirty days that end on any date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    pub length: Length,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Window {
    /// The calendar period that contains the date, or the thirty days that end with it.
    #[must_use]
    pub fn of(length: Length, date: NaiveDate) -> Self {
        match length {
            Length::Days30 => Self {
                length,
                from: back(date, ROLLING_DAYS - 1),
                to: date,
            },
            Length::Calendar(grain) => Period::of(grain, date).into(),
        }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self::of(self.length, back(self.from, 1))
    }

    /// The next span. `None` if it would begin after `today`.
    #[must_use]
    pub fn next(self, today: NaiveDate) -> Option<Self> {
        let first = self.to.checked_add_days(Days::new(1))?;
        let date = match self.length {
            Length::Days30 => first.checked_add_days(Days::new(ROLLING_DAYS - 1))?.min(today),
            Length::Calendar(_) => first,
        };
        (first <= today).then(|| Self::of(self.length, date))
    }

    /// This span and the ones before it, the earliest first.
    #[must_use]
    pub fn with_previous(self, count: usize) -> Vec<Self> {
        let mut windows: Vec<_> = std::iter::successors(Some(self), |window| Some(window.previous()))
            .take(count)
            .collect();
        windows.reverse();
        windows
    }

    /// The counted periods that make it up, all of one grain.
    #[must_use]
    pub fn periods(self) -> Vec<Period> {
        match self.length {
            Length::Days30 => self
                .from
                .iter_days()
                .take_while(|day| *day <= self.to)
                .map(|day| Period::of(Grain::Day, day))
                .collect(),
            Length::Calendar(grain) => vec![Period {
                grain,
                starts_on: self.from,
            }],
        }
    }

    /// As it is said: 10月31日 至 11月29日, 2025年9月.
    #[must_use]
    pub fn name(self) -> String {
        match self.length {
            Length::Days30 => format!(
                "{} 至 {}",
                self.from.format("%-m月%-d日"),
                self.to.format("%-m月%-d日")
            ),
            Length::Calendar(grain) => Period {
                grain,
                starts_on: self.from,
            }
            .name(),
        }
    }
}

impl From<Period> for Window {
    fn from(period: Period) -> Self {
        Self {
            length: Length::Calendar(period.grain),
            from: period.starts_on,
            to: period.last_day(),
        }
    }
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_span_begins_and_ends_where_people_think() {
        // Grain, a day in it, first day, last day, first day of the one before.
        for (grain, date, first, last, before) in [
            (Grain::Day, "2025-09-08", "2025-09-08", "2025-09-08", "2025-09-07"),
            // A Sunday belongs to the week of the Monday before.
            (
                Grain::Week,
                "2025-09-14",
                "2025-09-08",
                "2025-09-14",
                "2025-09-01",
            ),
            (
                Grain::Week,
                "2026-01-01",
                "2025-12-29",
                "2026-01-04",
                "2025-12-22",
            ),
            (
                Grain::Month,
                "2024-02-29",
                "2024-02-01",
                "2024-02-29",
                "2024-01-01",
            ),
            (
                Grain::Quarter,
                "2025-12-31",
                "2025-10-01",
                "2025-12-31",
                "2025-07-01",
            ),
            (
                Grain::Quarter,
                "2025-01-01",
                "2025-01-01",
                "2025-03-31",
                "2024-10-01",
            ),
            (
                Grain::Year,
                "2025-09-08",
                "2025-01-01",
                "2025-12-31",
                "2024-01-01",
            ),
        ] {
            let period = Period::of(grain, day(date));
            assert_eq!(period.starts_on, day(first), "{grain} of {date}");
            assert_eq!(period.last_day(), day(last), "{grain} of {date}");
            assert_eq!(period.previous().starts_on, day(before), "{grain} of {date}");
        }
    }

    #[test]
    fn thirty_days_end_with_the_date_and_leave_no_gap() {
        let today = day("2025-11-29");
        let window = Window::of(Length::Days30, today);
        assert_eq!((window.from, window.to), (day("2025-10-31"), today));
        assert_eq!(window.periods().len(), 30);
        assert_eq!(window.previous().to, day("2025-10-30"));
        assert_eq!(window.previous().next(today), Some(window));
        assert_eq!(window.next(today), None, "nothing lies in the future");
        // A span that was moved by a few days ends today at the latest.
        let near = Window::of(Length::Days30, day("2025-11-20"));
        assert_eq!(near.next(today), Some(window));
        assert_eq!(window.name(), "10月31日 至 11月29日");
        let months = Window::of("month".parse().unwrap(), today).with_previous(3);
        let names: Vec<_> = months.iter().map(|month| month.name()).collect();
        assert_eq!(names, ["2025年9月", "2025年10月", "2025年11月"]);
        assert_eq!(months[2].periods(), [Period::of(Grain::Month, today)]);
        assert_eq!(
            Length::Days30.to_string().parse::<Length>().ok(),
            Some(Length::Days30)
        );
    }

    #[test]
    fn a_row_of_spans_has_no_gap() {
        let weeks = Period::of(Grain::Week, day("2026-01-20")).with_previous(12);
        assert_eq!(weeks.len(), 12);
        for pair in weeks.windows(2) {
            assert_eq!(pair[0].ends_before(), pair[1].starts_on);
        }
    }
}
