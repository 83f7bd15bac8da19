//! What a report is counted from: one line an order, taken at one instant and kept with the report. Pure.

use chrono::NaiveDate;
use entity::ids::{TopicId, UnitId};
use entity::kinds::{Channel, Status};
use serde::{Deserialize, Serialize};

use crate::overview::facts::OutcomeKind;

/// Which of the two periods something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ComparedPeriod {
    /// The period that the report is about.
    Now,
    /// The one before it, as long.
    Before,
}

/// Something that was decided about an order in one of the two periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedOutcome {
    pub when: ComparedPeriod,
    pub what: OutcomeKind,
}

/// An order as it stood when the report was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportFact {
    pub number: String,
    /// When it came in; none where it came before both periods and only something about it was decided in them.
    pub when: Option<ComparedPeriod>,
    /// The day of the city on which it came in.
    pub day: NaiveDate,
    pub channel: Channel,
    /// County-level code.
    pub area: Option<String>,
    /// Second-level code.
    pub category: Option<String>,
    pub unit: Option<UnitId>,
    /// Of the topics that the report speaks of, those that it belongs to.
    #[serde(default)]
    pub topics: Vec<TopicId>,
    pub status: Status,
    /// The same number for the same delegate, within the report.
    pub delegate: u32,
    pub decided: Vec<DecidedOutcome>,
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
