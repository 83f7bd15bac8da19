//! 二次办理: the next round, with the same unit, its charges and clocks of its own. The order keeps all rounds.

use entity::kinds::{AssignmentRole, AssignmentStatus};

use super::Move;
use crate::deadlines::running;
use crate::error::Result;
use crate::orders::charges;

/// Starts the next round of a move whose status is `dispatched` already.
pub async fn start_next(step: &mut Move) -> Result<()> {
    let unit = step.unit()?;
    step.order.round += 1;
    let (txn, now, id) = (&step.txn, step.now, step.order.id);
    let law = step.city.law();
    charges::end(txn, id, AssignmentRole::ALL, AssignmentStatus::Done, now).await?;
    running::stop_all(txn, law, id, now).await?;
    charges::give_round(txn, &step.order, unit, &[], step.actor.person, now).await?;
    running::start(txn, law, id, &law.start_round(step.order.round, now), now).await?;
    step.order.dispatched_at = Some(now);
    step.order.accepted_at = None;
    step.order.replied_at = None;
    step.order.closed_at = None;
    Ok(())
}
