//! Pure: an order of an earlier system: what happened, and when. Everything but the number, the text and the time of
//! submission may be unknown.
//!
//! Times are compared, nothing is looked up.

use crate::orders::rules::dispatch_reason::DispatchReason;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{BoundarySetId, PersonId, PhotoId, UnitId};
use entity::kinds::{CategorySource, Channel, PhotoRole, PlaceRelation, Satisfaction, Solved};
use places::datum::Wgs84;

use crate::supervision::past::supervision_order::PastSupervisionOrder;

/// Numbers of other platforms: letters, digits and dashes.
const NUMBER_CHARS: std::ops::RangeInclusive<usize> = 4..=40;

/// An order with everything resolved against the city's data.
#[derive(Clone, Debug)]
pub struct PastOrder {
    pub number: String,
    pub channel: Channel,
    pub reporter: PersonId,
    pub description: String,
    pub category: PastCategory,
    pub place: PastPlace,
    /// The unit that had the order last; `None` where no operator had dispatched it.
    pub unit: Option<UnitId>,
    pub supports: Vec<UnitId>,
    pub dispatch: DispatchReason,
    pub submitted_at: DateTime<Utc>,
    /// Handling rounds, first round first; at least one where there is a unit.
    pub rounds: Vec<PastRound>,
    pub closed_at: Option<DateTime<Utc>>,
    pub photos: Vec<(PhotoId, PhotoRole)>,
    /// Supervision orders issued on it, oldest first.
    pub supervision: Vec<PastSupervisionOrder>,
}

/// The category, and where it comes from.
#[derive(Clone, Debug)]
pub struct PastCategory {
    pub code: Option<String>,
    pub source: CategorySource,
    pub confidence: Option<f64>,
}

/// The place, as the boundaries in force say it.
#[derive(Clone, Debug)]
pub struct PastPlace {
    pub point: Option<Wgs84>,
    pub address: Option<String>,
    pub boundary_set: Option<BoundarySetId>,
    pub county: Option<String>,
    pub township: Option<String>,
    pub zone: Option<String>,
    pub relation: PlaceRelation,
}

/// One handling round.
#[derive(Clone, Debug, Default)]
pub struct PastRound {
    pub dispatched_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    /// Working days that were granted on top, in the order in which they were.
    pub extended_by: Vec<u32>,
    pub replied_at: Option<DateTime<Utc>>,
    pub public_reply: Option<String>,
    pub verdict: Option<PastVerdict>,
}

/// The delegate's verdict on a round.
#[derive(Clone, Debug)]
pub struct PastVerdict {
    pub at: DateTime<Utc>,
    pub result: Satisfaction,
    pub solved: Solved,
    pub comment: Option<String>,
}

/// Why an order cannot be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastFault {
    Number,
    NoText,
    /// A step lies before the step that must come first.
    Order,
    InTheFuture,
    /// Before 2000: a date that a spreadsheet made of an empty cell.
    TooOld,
}

impl PastFault {
    /// The stable code of the fault.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "malformed_number",
            Self::NoText => "text_missing",
            Self::Order => "times_out_of_order",
            Self::InTheFuture => "in_the_future",
            Self::TooOld => "too_old",
        }
    }

    /// The fault as a clerk reads it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Number => "工单编号应为4至40位字母、数字或短横线。",
            Self::NoText => "没有反映内容。",
            Self::Order => "各环节时间先后颠倒，请核对提交、派单、签收、答复、评价、办结时间。",
            Self::InTheFuture => "时间晚于现在，请核对。",
            Self::TooOld => "时间早于2000年，请核对单元格的日期格式。",
        }
    }
}

impl PastOrder {
    /// Checks what can be wrong with an order by itself.
    ///
    /// # Errors
    /// The first [`PastFault`] found.
    pub fn validate(&self, now: DateTime<Utc>) -> Result<(), PastFault> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !NUMBER_CHARS.contains(&self.number.len()) || !self.number.chars().all(plain) {
            return Err(PastFault::Number);
        }
        if self.description.trim().is_empty() {
            return Err(PastFault::NoText);
        }
        let steps = self.steps();
        let first = DateTime::UNIX_EPOCH + TimeDelta::days(10_957);
        if steps.iter().any(|at| *at < first) {
            return Err(PastFault::TooOld);
        }
        if steps.iter().any(|at| *at > now) {
            return Err(PastFault::InTheFuture);
        }
        if steps.is_sorted() {
            Ok(())
        } else {
            Err(PastFault::Order)
        }
    }

    /// The known times, in the order in which the steps follow each other.
    fn steps(&self) -> Vec<DateTime<Utc>> {
        let mut steps = vec![self.submitted_at];
        for round in &self.rounds {
            steps.push(round.dispatched_at);
            steps.extend(round.accepted_at);
            steps.extend(round.replied_at);
            steps.extend(round.verdict.as_ref().map(|verdict| verdict.at));
        }
        steps.extend(self.closed_at);
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn order() -> PastOrder {
        PastOrder {
            number: "T20240301000001".to_owned(),
            channel: Channel::Call,
            reporter: PersonId::generate(),
            description: "路灯不亮".to_owned(),
            category: PastCategory {
                code: None,
                source: CategorySource::Unknown,
                confidence: None,
            },
            place: PastPlace {
                point: None,
                address: None,
                boundary_set: None,
                county: None,
                township: None,
                zone: None,
                relation: PlaceRelation::Unknown,
            },
            unit: None,
            supports: Vec::new(),
            dispatch: DispatchReason::new(None, "", Vec::new()),
            submitted_at: at("2024-03-01T02:00:00Z"),
            rounds: vec![PastRound {
                dispatched_at: at("2024-03-01T02:05:00Z"),
                replied_at: Some(at("2024-03-02T02:00:00Z")),
                ..PastRound::default()
            }],
            closed_at: Some(at("2024-03-03T02:00:00Z")),
            photos: Vec::new(),
            supervision: Vec::new(),
        }
    }

    #[test]
    fn steps_in_order_are_taken() {
        assert_eq!(order().validate(at("2025-01-01T00:00:00Z")), Ok(()));
    }

    #[test]
    fn each_fault_has_a_name() {
        let now = at("2025-01-01T00:00:00Z");
        type Change = fn(&mut PastOrder);
        let changed: [(Change, PastFault); 5] = [
            (|order| order.number = "一二三四".to_owned(), PastFault::Number),
            (|order| order.description = " ".to_owned(), PastFault::NoText),
            (
                |order| order.closed_at = Some(order.submitted_at),
                PastFault::Order,
            ),
            (
                |order| order.closed_at = Some(order.submitted_at + TimeDelta::days(900)),
                PastFault::InTheFuture,
            ),
            (
                |order| order.submitted_at = DateTime::UNIX_EPOCH,
                PastFault::TooOld,
            ),
        ];
        for (change, fault) in changed {
            let mut order = order();
            change(&mut order);
            assert_eq!(order.validate(now), Err(fault));
        }
    }
}
