//! 二次办理: the next round, with the same unit, its charges and clocks of its own. The order keeps all rounds.

use entity::ids::UnitId;
use entity::kinds::{AssignmentRole, AssignmentStatus, Status};

use super::ActionTxn;
use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::error::Result;
use crate::notices::{Event, EventKind};
use crate::orders::store::assignments::{self, RoundUnits};

const SUPPORT_AGAIN: &str = "二次办理，请继续协办";

/// 协办: the units that supported the round before, and support the next one.
fn supporting_units(step: &ActionTxn) -> Vec<UnitId> {
    let theirs = step.known.assignments.iter().filter(|charge| {
        charge.role == AssignmentRole::Support
            && charge.round == step.before.round
            && charge.status != AssignmentStatus::Withdrawn
    });
    let mut units: Vec<_> = theirs.map(|charge| charge.unit_id).collect();
    units.sort();
    units.dedup();
    units
}

/// Notifies them, once the order is written; the operators, if its unit has left the city's list.
pub async fn notify_supporting_units(app: &App, step: &ActionTxn) -> Result<()> {
    if step.order.unit_id.is_none() {
        return step
            .emit(app, Event::of(EventKind::TriageNeeded, &step.order))
            .await;
    }
    for unit in supporting_units(step) {
        let event = Event::of(EventKind::SupportAssigned, &step.order).unit(unit);
        step.emit(app, event.note(SUPPORT_AGAIN)).await?;
    }
    Ok(())
}

/// Starts the next round of a move whose status is `dispatched` already; `triage` if the unit has left the list.
pub async fn start_next(step: &mut ActionTxn) -> Result<()> {
    let unit = step.unit()?;
    step.order.round += 1;
    let (txn, now, id) = (&step.txn, step.now, step.order.id);
    let law = step.city.deadline_rules();
    assignments::close_open(txn, id, AssignmentRole::ALL, AssignmentStatus::Done, now).await?;
    deadline_rows::stop_all(txn, law, &mut step.clocks, now).await?;
    if step.city.unit(unit).is_none() {
        // The unit has left the city's list: an operator says who takes its place, and the clocks start then.
        step.order.status = Status::Triage;
        step.order.unit_id = None;
        step.order.dispatched_at = None;
        clear_times(step);
        return Ok(());
    }
    let units = RoundUnits {
        lead: unit,
        supports: &supporting_units(step),
    };
    assignments::assign_round(txn, &step.order, units, step.actor.person, now).await?;
    let started = deadline_rows::start(txn, law, id, &law.start_round(step.order.round, now), now).await?;
    step.clocks.extend(started);
    step.order.dispatched_at = Some(now);
    clear_times(step);
    Ok(())
}

fn clear_times(step: &mut ActionTxn) {
    step.order.accepted_at = None;
    step.order.replied_at = None;
    step.order.closed_at = None;
}
