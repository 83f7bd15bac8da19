//! An event as its capability describes it. `outbox.rs` looks up everything else that a notice needs.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, UnitId};
use entity::order;

use crate::notices::audience::EventKind;
use crate::notices::subject::Subject;

/// An event to be sent to its recipients.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub kind: EventKind,
    pub order: Option<&'a order::Model>,
    /// The actor, who gets no notice. `None` for the system.
    pub actor: Option<PersonId>,
    /// The `NamedUnit` audience, and the unit in the text; else the order's own unit.
    pub unit: Option<UnitId>,
    /// County-level code for an event without an order.
    pub area: Option<String>,
    pub committee: Option<String>,
    /// `NamedPeople`.
    pub people: Vec<PersonId>,
    pub due: Option<DateTime<Utc>>,
    pub note: Option<String>,
    /// Of a campaign, a topic or a report.
    pub title: Option<String>,
    /// The value of `{reference}`: the number of a supervision order, a count or a verdict.
    pub reference: Option<String>,
    /// The object of an event without an order.
    pub subject: Option<Subject>,
}

/// An event of the past.
#[derive(Clone, Debug)]
pub struct PastEvent<'a> {
    pub event: Event<'a>,
    pub at: DateTime<Utc>,
}

impl<'a> Event<'a> {
    #[must_use]
    pub fn of(kind: EventKind, order: &'a order::Model) -> Self {
        Self {
            order: Some(order),
            ..Self::general(kind)
        }
    }

    /// Creates an event that belongs to no single order.
    #[must_use]
    pub fn general(kind: EventKind) -> Self {
        Self {
            kind,
            order: None,
            actor: None,
            unit: None,
            area: None,
            committee: None,
            people: Vec::new(),
            due: None,
            note: None,
            title: None,
            reference: None,
            subject: None,
        }
    }

    /// Sets the actor; `None` for the system.
    #[must_use]
    pub fn by(mut self, actor: impl Into<Option<PersonId>>) -> Self {
        self.actor = actor.into();
        self
    }

    #[must_use]
    pub fn unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }

    #[must_use]
    pub fn area(mut self, code: impl Into<String>) -> Self {
        self.area = Some(code.into());
        self
    }

    #[must_use]
    pub fn committee(mut self, committee: impl Into<String>) -> Self {
        self.committee = Some(committee.into());
        self
    }

    #[must_use]
    pub fn people(mut self, people: Vec<PersonId>) -> Self {
        self.people = people;
        self
    }

    #[must_use]
    pub fn due(mut self, due: DateTime<Utc>) -> Self {
        self.due = Some(due);
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}
