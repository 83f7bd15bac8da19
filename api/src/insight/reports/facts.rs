//! What a report is counted from: one line an order, taken at one instant and kept with the report. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::UnitId;
use entity::kinds::{Channel, Satisfaction, Solved, Status};
use serde::{Deserialize, Serialize};

/// How an order kept its clocks of one kind, all rounds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// A clock is running and not yet due: nothing can be said.
    Running,
    InTime,
    Late,
}

/// One clock as it was found.
#[derive(Clone, Copy, Debug)]
pub struct ClockFact {
    pub due_at: DateTime<Utc>,
    pub stopped_at: Option<DateTime<Utc>>,
}

impl Kept {
    /// Late when any clock was missed, in time when all were stopped in time.
    #[must_use]
    pub fn of(clocks: &[ClockFact], as_of: DateTime<Utc>) -> Self {
        let late = |clock: &ClockFact| clock.stopped_at.unwrap_or(as_of) > clock.due_at;
        if clocks.iter().any(late) {
            Self::Late
        } else if clocks.is_empty() || clocks.iter().any(|clock| clock.stopped_at.is_none()) {
            Self::Running
        } else {
            Self::InTime
        }
    }
}

/// Which of the two periods an order came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum When {
    /// The period that the report is about.
    Now,
    /// The one before it, as long.
    Before,
}

/// An order as it stood when the report was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub number: String,
    pub when: When,
    /// The day of the city on which it came in.
    pub day: NaiveDate,
    pub channel: Channel,
    /// County-level code.
    pub area: Option<String>,
    /// Second-level code.
    pub category: Option<String>,
    pub unit: Option<UnitId>,
    pub status: Status,
    /// The same number for the same delegate, within the report.
    pub delegate: u32,
    pub response: Kept,
    pub resolution: Kept,
    /// The latest verdict.
    pub verdict: Option<Satisfaction>,
    pub solved: Option<Solved>,
    pub round: i32,
    pub returns: i32,
    pub extensions: i32,
    /// By people; those that the yellow light sent by itself do not count.
    pub urges: u32,
    pub supervision_orders: u32,
    pub difficult: bool,
    pub tracked: bool,
    pub endorsements: u32,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_order_kept_its_clocks_only_if_it_kept_every_one() {
        let due_at = DateTime::UNIX_EPOCH;
        let clock = |stopped: Option<i64>| ClockFact {
            due_at,
            stopped_at: stopped.map(|hours| due_at + TimeDelta::hours(hours)),
        };
        let (before, after) = (due_at - TimeDelta::hours(1), due_at + TimeDelta::hours(1));
        for (clocks, as_of, kept) in [
            (vec![], after, Kept::Running),
            (vec![clock(Some(-1))], after, Kept::InTime),
            // Stopped at the very instant it was due.
            (vec![clock(Some(0))], after, Kept::InTime),
            (vec![clock(Some(2))], after, Kept::Late),
            (vec![clock(None)], before, Kept::Running),
            (vec![clock(None)], after, Kept::Late),
            // The first round in time, the second not yet due.
            (vec![clock(Some(-1)), clock(None)], before, Kept::Running),
            (vec![clock(Some(-1)), clock(Some(3))], after, Kept::Late),
        ] {
            assert_eq!(Kept::of(&clocks, as_of), kept, "{clocks:?}");
        }
    }
}
