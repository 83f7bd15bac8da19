//! Pure: the period that a report is about, and the one it is compared with.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use entity::kinds::ReportKind;

use crate::deadlines::calendar::end_of_day;
use crate::error::Refusal;
use crate::insight::reports::facts::ComparedPeriod;

/// Longer than a leap year is not a report but an archive.
pub const MAX_DAYS: i64 = 366;

/// First and last day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It ends before it begins.
    Backwards,
    TooLong,
    /// It has not begun yet.
    InTheFuture,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Backwards => "period_backwards",
            Self::TooLong => "period_too_long",
            Self::InTheFuture => "period_in_the_future",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Backwards => "结束日期早于开始日期。".to_owned(),
            Self::TooLong => format!("报告时段最长 {MAX_DAYS} 天。"),
            Self::InTheFuture => "报告时段还没有开始。".to_owned(),
        }
    }
}

impl DateRange {
    pub fn checked(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<Self, Refused> {
        let period = Self { from, to };
        if to < from {
            Err(Refused::Backwards)
        } else if period.days() > MAX_DAYS {
            Err(Refused::TooLong)
        } else if from > today {
            Err(Refused::InTheFuture)
        } else {
            Ok(period)
        }
    }

    #[must_use]
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// The last whole week or month before `today`; of other kinds, the thirty days before it.
    #[must_use]
    pub fn last(kind: ReportKind, today: NaiveDate) -> Self {
        let yesterday = today - Days::new(1);
        match kind {
            ReportKind::Weekly => {
                let monday = today.week(Weekday::Mon).first_day();
                Self {
                    from: monday - Days::new(7),
                    to: monday - Days::new(1),
                }
            }
            ReportKind::Monthly => {
                let first = today - Days::new(u64::from(today.day0()));
                Self {
                    from: first - Months::new(1),
                    to: first - Days::new(1),
                }
            }
            ReportKind::Topic | ReportKind::Custom => Self {
                from: today - Days::new(30),
                to: yesterday,
            },
        }
    }

    fn is_month(&self) -> bool {
        self.from.day() == 1 && self.to + Days::new(1) == self.from + Months::new(1)
    }

    /// The month before a month, else as many days as these.
    #[must_use]
    pub fn before(&self) -> Self {
        let to = self.from - Days::new(1);
        let from = if self.is_month() {
            self.from - Months::new(1)
        } else {
            self.from - TimeDelta::days(self.days())
        };
        Self { from, to }
    }

    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Returns the period that contains the day: this one or the one before. Returns `None` otherwise.
    #[must_use]
    pub fn when(&self, day: NaiveDate) -> Option<ComparedPeriod> {
        if self.contains(day) {
            Some(ComparedPeriod::Now)
        } else if self.before().contains(day) {
            Some(ComparedPeriod::Before)
        } else {
            None
        }
    }

    /// From the first instant of the first day to the first instant after the last.
    #[must_use]
    pub fn instants(&self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        (
            end_of_day(self.from - Days::new(1), zone),
            end_of_day(self.to, zone),
        )
    }

    /// As people say it: `2025年9月`, `2025年9月8日至14日`.
    #[must_use]
    pub fn text(&self) -> String {
        let (from, to) = (self.from, self.to);
        if self.is_month() {
            return from.format("%Y年%-m月").to_string();
        }
        let start = from.format("%Y年%-m月%-d日");
        if from == to {
            return start.to_string();
        }
        let end = match (from.year() == to.year(), from.month() == to.month()) {
            (true, true) => to.format("%-d日"),
            (true, false) => to.format("%-m月%-d日"),
            (false, _) => to.format("%Y年%-m月%-d日"),
        };
        format!("{start}至{end}")
    }

    /// Returns the name of the previous period: `上月`, `上周`, `上一时段`.
    #[must_use]
    pub fn before_said(&self) -> &'static str {
        if self.is_month() {
            "上月"
        } else if self.days() == 7 && self.from.weekday() == Weekday::Mon {
            "上周"
        } else {
            "上一时段"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(from: &str, to: &str) -> DateRange {
        DateRange {
            from: day(from),
            to: day(to),
        }
    }

    #[test]
    fn the_last_week_and_month_are_whole_and_over() {
        // A Wednesday, a Monday, the first of a month, of a year.
        for (kind, today, from, to) in [
            (ReportKind::Weekly, "2025-09-17", "2025-09-08", "2025-09-14"),
            (ReportKind::Weekly, "2025-09-15", "2025-09-08", "2025-09-14"),
            (ReportKind::Monthly, "2025-09-17", "2025-08-01", "2025-08-31"),
            (ReportKind::Monthly, "2025-03-01", "2025-02-01", "2025-02-28"),
            (ReportKind::Monthly, "2026-01-01", "2025-12-01", "2025-12-31"),
        ] {
            assert_eq!(
                DateRange::last(kind, day(today)),
                period(from, to),
                "{kind} {today}"
            );
        }
    }

    #[test]
    fn a_month_is_compared_with_the_month_before_it_and_anything_else_with_as_many_days() {
        assert_eq!(
            period("2025-03-01", "2025-03-31").before(),
            period("2025-02-01", "2025-02-28")
        );
        assert_eq!(
            period("2025-09-08", "2025-09-14").before(),
            period("2025-09-01", "2025-09-07")
        );
        assert_eq!(
            period("2025-03-02", "2025-03-31").before(),
            period("2025-01-31", "2025-03-01")
        );
    }

    #[test]
    fn periods_are_said_as_people_say_them() {
        for (from, to, said) in [
            ("2025-09-01", "2025-09-30", "2025年9月"),
            ("2025-09-08", "2025-09-14", "2025年9月8日至14日"),
            ("2025-09-29", "2025-10-05", "2025年9月29日至10月5日"),
            ("2025-12-29", "2026-01-04", "2025年12月29日至2026年1月4日"),
            ("2025-09-08", "2025-09-08", "2025年9月8日"),
        ] {
            assert_eq!(period(from, to).text(), said);
        }
    }

    #[test]
    fn periods_that_cannot_be_are_refused_by_name() {
        let today = day("2025-09-17");
        let asked = |from: &str, to: &str| DateRange::checked(day(from), day(to), today);
        assert_eq!(asked("2025-09-02", "2025-09-01"), Err(Refused::Backwards));
        assert_eq!(asked("2024-01-01", "2025-01-01"), Err(Refused::TooLong));
        assert_eq!(asked("2025-09-18", "2025-09-30"), Err(Refused::InTheFuture));
        // A month that is not over yet may be asked for.
        assert!(asked("2025-09-01", "2025-09-30").is_ok());
    }
}
