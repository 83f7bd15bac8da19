//! Pure: the clocks of an order. Both clocks of a round start when the round is dispatched, not when it is accepted:
//!
//! - *response* (响应): elapsed hours, holidays included, stopped by `accept`;
//! - *resolution* (办结): working days after the day of dispatch, which is day 0, until 24:00; stopped by `reply`.
//!
//! A verdict of basically satisfied starts a third, *supplementary* (补充办理), counted like the resolution. A return or a
//! re-dispatch starts nothing: the matter's clock belongs to the delegate. A new round does.
//!
//! `due_at` is the first instant that is too late. For working days that is 00:00 of the day after the due day, so that
//! “now ≥ `due_at`” is overdue without a special case; people are shown the due day and 24:00.

use chrono::{DateTime, Datelike, FixedOffset, Offset, TimeDelta, Utc};
use entity::kinds::ClockKind;

use super::calendar::{Calendar, end_of_day, local_date};
use super::explain::{Basis, Day, Explanation, Rule, first_version, sentence};
use super::policy::Policy;

/// One clock of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub kind: ClockKind,
    pub round: i32,
    pub started_at: DateTime<Utc>,
    /// The first instant that is too late.
    pub due_at: DateTime<Utc>,
    pub stopped_at: Option<DateTime<Utc>>,
    /// Counted through a year whose holidays are not announced yet.
    pub provisional: bool,
    pub explanation: Explanation,
}

/// The city's policy and calendar.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineRules<'a> {
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
}

impl DeadlineRules<'_> {
    /// The fresh clocks of a round.
    #[must_use]
    pub fn start_round(self, round: i32, dispatched_at: DateTime<Utc>) -> [Deadline; 2] {
        [
            self.response(round, dispatched_at),
            self.resolution(round, dispatched_at),
        ]
    }

    #[must_use]
    pub fn response(self, round: i32, dispatched_at: DateTime<Utc>) -> Deadline {
        let rule = Rule::ElapsedHours {
            hours: self.policy.clocks.response_hours,
        };
        self.count(ClockKind::Response, round, dispatched_at, rule)
    }

    #[must_use]
    pub fn resolution(self, round: i32, dispatched_at: DateTime<Utc>) -> Deadline {
        let days = self.policy.clocks.resolution_working_days;
        let rule = Rule::WorkingDays {
            days,
            extended_by: Vec::new(),
        };
        self.count(ClockKind::Resolution, round, dispatched_at, rule)
    }

    #[must_use]
    pub fn supplementary(self, round: i32, required_at: DateTime<Utc>) -> Deadline {
        let days = self.policy.clocks.supplementary_working_days;
        let rule = Rule::WorkingDays {
            days,
            extended_by: Vec::new(),
        };
        self.count(ClockKind::Supplementary, round, required_at, rule)
    }

    /// Returns the deadline extended by this number of working days, counted from its own start.
    #[must_use]
    pub fn extended(self, deadline: &Deadline, days_more: u32) -> Deadline {
        let rule = match &deadline.explanation.rule {
            Rule::ElapsedHours { hours } => Rule::ElapsedHours { hours: *hours },
            Rule::WorkingDays { days, extended_by } => {
                let extended_by = extended_by.iter().copied().chain([days_more]).collect();
                Rule::WorkingDays {
                    days: *days,
                    extended_by,
                }
            }
        };
        let counted = self.count(deadline.kind, deadline.round, deadline.started_at, rule);
        Deadline {
            stopped_at: deadline.stopped_at,
            ..counted
        }
    }

    /// Recalculates a running deadline with the present calendar and its original numbers. Returns `None` if nothing
    /// changes; stopped deadlines never change.
    #[must_use]
    pub fn recalculated(self, deadline: &Deadline) -> Option<Deadline> {
        if deadline.stopped_at.is_some() {
            return None;
        }
        let rule = deadline.explanation.rule.clone();
        let counted = self.count(deadline.kind, deadline.round, deadline.started_at, rule);
        (counted != *deadline).then_some(counted)
    }

    /// Returns 24:00 of the `count`-th working day after the day of `start`; for other periods in working days.
    #[must_use]
    pub fn end_of_working_day(self, start: DateTime<Utc>, count: u32) -> DateTime<Utc> {
        let zone = self.policy.clocks.time_zone;
        end_of_day(
            self.calendar.working_day_after(local_date(start, zone), count),
            zone,
        )
    }

    fn count(self, kind: ClockKind, round: i32, started_at: DateTime<Utc>, rule: Rule) -> Deadline {
        let (due_at, days) = match &rule {
            Rule::ElapsedHours { hours } => (started_at + TimeDelta::hours(i64::from(*hours)), Vec::new()),
            Rule::WorkingDays { .. } => {
                let count = rule.working_days();
                (
                    self.end_of_working_day(started_at, count),
                    self.days(started_at, count),
                )
            }
        };
        let provisional = days.iter().any(|day| !self.calendar.is_loaded(day.date.year()));
        let mut explanation = Explanation {
            version: first_version(),
            clock: kind,
            started_at: self.local(started_at),
            rule,
            skipped: days.iter().filter(|day| !day.counted).count(),
            days,
            due_at: self.local(due_at),
            calendar: if provisional {
                Basis::Provisional
            } else {
                Basis::Announced
            },
            text: String::new(),
        };
        explanation.text = sentence(&explanation);
        Deadline {
            kind,
            round,
            started_at,
            due_at,
            stopped_at: None,
            provisional,
            explanation,
        }
    }

    fn days(self, start: DateTime<Utc>, count: u32) -> Vec<Day> {
        let start = local_date(start, self.policy.clocks.time_zone);
        let explained = |date| {
            let why = self.calendar.kind(date);
            Day {
                date,
                counted: why.is_working(),
                why,
                name: self.calendar.name(date).map(str::to_owned),
            }
        };
        self.calendar
            .days_through(start, count)
            .into_iter()
            .map(explained)
            .collect()
    }

    fn local(self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        let local = instant.with_timezone(&self.policy.clocks.time_zone);
        local.with_timezone(&local.offset().fix())
    }
}

#[cfg(test)]
mod tests;
