//! The counted facts of an order. They depend on its rows only, never on the time of reading, so counting twice gives
//! the same result.

use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::ids::UnitId;
use entity::kinds::{Channel, ClockKind, Light, Satisfaction, Solved, Status};
use entity::{deadline, order, verdict};
use serde::{Deserialize, Serialize};

use crate::deadlines::calendar::local_date;

/// Where an order without a county is counted.
pub const NOWHERE: &str = "-";

/// An order as the counts know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFacts {
    /// County-level code, or [`NOWHERE`].
    pub area: String,
    pub unit: Option<UnitId>,
    /// First-level category.
    pub group: Option<String>,
    pub channel: Channel,
    pub status: Status,
    pub light: Light,
    pub tracked: bool,
    pub difficult: bool,
    /// Supervision orders that wait for an answer.
    pub demands: i64,
    /// The hour in which it reached its stage.
    pub since: DateTime<Utc>,
    pub arrived_on: NaiveDate,
    pub outcomes: Vec<Outcome>,
}

/// Something that was decided on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    pub on: NaiveDate,
    pub what: OutcomeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    Closed,
    /// 响应: whether the deadline was met.
    Response {
        met: bool,
    },
    /// 办结: whether the deadline was met.
    Resolution {
        met: bool,
    },
    Verdict {
        result: Satisfaction,
        solved: Solved,
    },
    /// 未评价: closed without a verdict in its last round.
    Unrated,
}

/// An order's rows, as far as they are counted.
pub struct OrderRows<'a> {
    pub order: &'a order::Model,
    pub clocks: &'a [deadline::Model],
    pub verdicts: &'a [verdict::Model],
    pub demands: i64,
    /// First-level category.
    pub group: Option<String>,
}

/// The part of a deadline that decides whether it was met.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineState {
    pub kind: ClockKind,
    pub due_at: DateTime<Utc>,
    pub stopped_at: Option<DateTime<Utc>>,
    pub light: Light,
}

impl From<&deadline::Model> for DeadlineState {
    fn from(row: &deadline::Model) -> Self {
        Self {
            kind: row.kind,
            due_at: row.due_at,
            stopped_at: row.stopped_at,
            light: row.light,
        }
    }
}

impl OrderFacts {
    #[must_use]
    pub fn of(rows: &OrderRows<'_>, zone: Tz) -> Self {
        let order = rows.order;
        let clocks: Vec<DeadlineState> = rows.clocks.iter().map(DeadlineState::from).collect();
        Self {
            area: order.area_code.clone().unwrap_or_else(|| NOWHERE.to_owned()),
            unit: order.unit_id,
            group: rows.group.clone(),
            channel: order.channel,
            status: order.status,
            light: order.light,
            tracked: order.tracked,
            difficult: order.difficult,
            demands: rows.demands,
            since: order
                .stage_since
                .duration_trunc(TimeDelta::hours(1))
                .unwrap_or(order.stage_since),
            arrived_on: local_date(order.created_at, zone),
            outcomes: outcomes(order, &clocks, rows.verdicts, zone),
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.status.is_over()
    }
}

/// Returns the decisions about an order with their times: the only source of all rates, on the screen and in reports.
#[must_use]
pub fn outcomes(
    order: &order::Model,
    clocks: &[DeadlineState],
    verdicts: &[verdict::Model],
    zone: Tz,
) -> Vec<Outcome> {
    // A withdrawn or merged matter says nothing about the unit.
    if order.status == Status::Cancelled || order.merged_into.is_some() {
        return Vec::new();
    }
    let mut outcomes: Vec<_> = clocks
        .iter()
        .filter_map(|clock| deadline_outcome(clock, zone))
        .collect();
    outcomes.extend(verdicts.iter().map(|verdict| Outcome {
        on: local_date(verdict.created_at, zone),
        what: OutcomeKind::Verdict {
            result: verdict.result,
            solved: verdict.solved,
        },
    }));
    if let Some(closed_at) = order.closed_at.filter(|_| order.status == Status::Closed) {
        let on = local_date(closed_at, zone);
        outcomes.push(Outcome {
            on,
            what: OutcomeKind::Closed,
        });
        let rated = verdicts.iter().any(|verdict| verdict.round == order.round);
        if !rated {
            outcomes.push(Outcome {
                on,
                what: OutcomeKind::Unrated,
            });
        }
    }
    // Rows come in any order; the facts must not.
    outcomes.sort_unstable();
    outcomes
}

/// A clock is decided when it is stopped, or when it has run out; whichever is first gives the day.
fn deadline_outcome(clock: &DeadlineState, zone: Tz) -> Option<Outcome> {
    let met = match clock.stopped_at {
        Some(stopped_at) => stopped_at <= clock.due_at,
        None if clock.light == Light::Red => false,
        None => return None,
    };
    let at = match clock.stopped_at.filter(|_| met) {
        Some(stopped_at) => stopped_at,
        // Due at 24:00 of a day is missed on that day, not on the next.
        None => clock.due_at - TimeDelta::microseconds(1),
    };
    let what = match clock.kind {
        ClockKind::Response => OutcomeKind::Response { met },
        ClockKind::Resolution => OutcomeKind::Resolution { met },
        ClockKind::Supplementary => return None,
    };
    Some(Outcome {
        on: local_date(at, zone),
        what,
    })
}

#[cfg(test)]
mod tests;
