//! Pure: a supervision order (督办单) of the past, as its unit received it and answered it.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, SupervisionOrderId, UnitId};
use entity::kinds::{ActorRole, SupervisionLevel};
use entity::supervision_order;

use crate::city::snapshot::City;
use crate::deadlines::lights::LightThresholds;
use crate::orders::Actor;
use crate::supervision::supervision_orders::{BY_SYSTEM, BY_VERDICT};

/// The round of an order that a supervision order is about, the unit, and the time of issue.
#[derive(Clone, Copy, Debug)]
pub struct Issue {
    /// From 1.
    pub round: i32,
    pub unit: UnitId,
    pub at: DateTime<Utc>,
}

/// A supervision order. Its id and number are given by `numbering`, in the order of issue.
#[derive(Clone, Debug)]
pub struct PastSupervisionOrder {
    pub id: SupervisionOrderId,
    pub number: String,
    pub issue: Issue,
    /// The delegate whose verdict issued it, or a supervisor.
    pub issued_by: Actor,
    pub issuer: String,
    pub level: SupervisionLevel,
    pub requirement: String,
    pub due_at: DateTime<Utc>,
    /// When the unit is reminded if it has not answered by then.
    pub remind_at: DateTime<Utc>,
    pub answer: Option<PastAnswer>,
}

/// The unit's answer.
#[derive(Clone, Debug)]
pub struct PastAnswer {
    pub at: DateTime<Utc>,
    pub text: String,
    /// `None` if the roster has no handler of the unit.
    pub by: Option<PersonId>,
}

impl PastSupervisionOrder {
    /// Returns the one that the dissatisfied verdict of `delegate` issues.
    #[must_use]
    pub fn by_verdict(city: &City, issue: Issue, delegate: PersonId) -> Self {
        let issued_by = Actor {
            person: Some(delegate),
            role: ActorRole::Delegate,
            ..Actor::system()
        };
        Self {
            issuer: BY_SYSTEM.to_owned(),
            requirement: BY_VERDICT.to_owned(),
            ..Self::issued(city, issue, issued_by)
        }
    }

    /// Returns one of the standing committee that `supervisor` speaks for: of their county (by code), or of the city.
    #[must_use]
    pub fn by_committee(city: &City, issue: Issue, supervisor: Actor, requirement: &str) -> Self {
        let area = supervisor.area.clone();
        Self {
            issuer: city.organ(area.as_deref()).short,
            level: match area {
                Some(_) => SupervisionLevel::County,
                None => SupervisionLevel::City,
            },
            requirement: requirement.to_owned(),
            ..Self::issued(city, issue, supervisor)
        }
    }

    fn issued(city: &City, issue: Issue, issued_by: Actor) -> Self {
        let rules = city.deadline_rules();
        let days = rules.policy.supervision.order_due_working_days;
        let due_at = rules.end_of_working_day(issue.at, days);
        Self {
            id: SupervisionOrderId::generate(),
            number: String::new(),
            issue,
            issued_by,
            issuer: String::new(),
            level: SupervisionLevel::Unit,
            requirement: String::new(),
            due_at,
            remind_at: LightThresholds::remind_at(&rules.policy.clocks, issue.at, due_at),
            answer: None,
        }
    }

    /// Returns the row, on an order that was closed at `closed_at`, if it was.
    #[must_use]
    pub fn row(&self, order: OrderId, closed_at: Option<DateTime<Utc>>) -> supervision_order::Model {
        let answer = self.answer.as_ref();
        let is_supervisor = self.issued_by.role == ActorRole::Supervisor;
        supervision_order::Model {
            id: self.id,
            number: self.number.clone(),
            order_id: order,
            round: self.issue.round,
            unit_id: self.issue.unit,
            level: self.level,
            requirement: self.requirement.clone(),
            issued_by: self.issued_by.person.filter(|_| is_supervisor),
            issued_at: self.issue.at,
            due_at: self.due_at,
            answer: answer.map(|answer| answer.text.clone()),
            answered_by: answer.and_then(|answer| answer.by),
            answered_at: answer.map(|answer| answer.at),
            issuer: Some(self.issuer.clone()),
            closed_at,
        }
    }
}
