//! Spans of time that things are counted by: whole days, weeks from Monday, months, quarters, years of the city.

use chrono::{Datelike, Days, Months, NaiveDate};
use entity::kinds::Grain;

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
    fn a_row_of_spans_has_no_gap() {
        let weeks = Period::of(Grain::Week, day("2026-01-20")).with_previous(12);
        assert_eq!(weeks.len(), 12);
        for pair in weeks.windows(2) {
            assert_eq!(pair[0].ends_before(), pair[1].starts_on);
        }
    }
}
