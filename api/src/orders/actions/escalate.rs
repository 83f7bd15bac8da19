//! 督办升级: the level of supervision goes up with each dissatisfied verdict, and when several delegates stand behind
//! one matter. It never goes down.

use entity::kinds::{EventAction, SupervisionLevel, Visibility};
use entity::order;

use super::ActionTxn;
use crate::app::App;
use crate::deadlines::Policy;
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::consequences::{self, VerdictContext};

pub const BY_DELEGATES: &str = "多名代表反映同一事项";
pub const BY_VERDICT: &str = "代表再次评价不满意";

/// Returns the state that decides about the supervision level of an order with this number of endorsers.
#[must_use]
pub fn escalation_input(policy: &Policy, order: &order::Model, endorsers: usize) -> VerdictContext {
    VerdictContext {
        dissatisfied: u32::try_from(order.dissatisfied_count).unwrap_or(0),
        delegates: u32::try_from(1 + endorsers).unwrap_or(u32::MAX),
        delegates_to_raise: policy.supervision.delegates_to_raise,
        level: order.supervision_level,
    }
}

/// Where the order stands now that so many endorse it.
#[must_use]
pub fn escalated_level(policy: &Policy, order: &order::Model, endorsers: usize) -> SupervisionLevel {
    consequences::supervision_level(escalation_input(policy, order, endorsers))
}

/// Records the rise and tells of it, if the order stands higher than `before`.
pub async fn emit_if_escalated(
    app: &App,
    step: &ActionTxn,
    order: &order::Model,
    before: SupervisionLevel,
    why: &str,
) -> Result<()> {
    if order.supervision_level <= before {
        return Ok(());
    }
    let system = Actor::system();
    let event = NewEvent::new(EventAction::Raised, &system, order.status, step.now)
        .visible_to(Visibility::Internal)
        .note(why)
        .detail(EventDetail::Raised {
            level: order.supervision_level,
        });
    history::append(&step.txn, order, event).await?;
    let told = Event::of(EventKind::Raised, order)
        .by(step.actor.person)
        .note(why);
    notices::emit(&step.txn, app.state::<MessageCatalog>(), &told, step.now).await
}
