//! Pure: the data of a report, one row per order, read at one instant and stored with the report.

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

/// An order in its state at the time of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportFact {
    pub number: String,
    /// Period of arrival. `None` if it arrived before both periods and only a decision is in them.
    pub when: Option<ComparedPeriod>,
    /// The local day of arrival.
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
    /// One number per delegate within the report.
    pub delegate: u32,
    pub decided: Vec<DecidedOutcome>,
    pub round: i32,
    pub returns: i32,
    pub extensions: i32,
    /// Urges by people, without the automatic ones of the yellow light.
    pub urges: u32,
    pub supervision_orders: u32,
    pub difficult: bool,
    pub tracked: bool,
    pub endorsements: u32,
}
