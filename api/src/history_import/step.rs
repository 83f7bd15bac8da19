//! Pure: an event of a past order's history.

use chrono::{DateTime, Utc};
use entity::kinds::{EventAction, Status, Visibility};
use entity::order;

use crate::orders::history::NewEvent;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::actor::Actor;

/// An event of the history, before it is chained to the one before.
pub struct Step {
    pub action: EventAction,
    pub actor: Actor,
    pub at: DateTime<Utc>,
    pub from: Option<Status>,
    /// The order as it is after the step.
    pub to: Status,
    pub round: i32,
    pub visibility: Visibility,
    pub note: Option<String>,
    pub detail: EventDetail,
}

impl Step {
    /// The event to append, with the order as it was after it.
    #[must_use]
    pub fn event<'a>(&'a self, order: &order::Model) -> (order::Model, NewEvent<'a>) {
        let after = order::Model {
            status: self.to,
            round: self.round,
            ..order.clone()
        };
        let mut event = NewEvent::new(self.action, &self.actor, self.to, self.at)
            .visible_to(self.visibility)
            .detail(self.detail.clone());
        event.from = self.from;
        event.note.clone_from(&self.note);
        (after, event)
    }
}
