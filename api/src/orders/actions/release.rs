//! Sends the orders of a unit that leaves the city's list back to triage. The clocks go on; an operator decides.

use entity::ids::UnitId;
use entity::kinds::{AssignmentRole, AssignmentStatus, EventAction, Status, Visibility};
use entity::order;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::begin;
use crate::app::App;
use crate::error::{ErrorKind, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::{EventDetail, ReleaseReason};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::Action;
use crate::orders::store::assignments;

/// Numbers read at once.
const BATCH: u64 = 100;

/// Sends every order that the unit is handling to triage, one transaction per order; returns how many. Idempotent.
pub async fn release_unit(app: &App, unit: UnitId) -> Result<usize> {
    let mut released = 0;
    let mut after = String::new();
    loop {
        let numbers: Vec<String> = order::Entity::find()
            .filter(order::Column::UnitId.eq(unit))
            .filter(order::Column::Status.is_in([Status::Dispatched, Status::InProgress]))
            .filter(order::Column::Number.gt(after.as_str()))
            .order_by_asc(order::Column::Number)
            .limit(BATCH)
            .select_only()
            .column(order::Column::Number)
            .into_tuple()
            .all(&app.db)
            .await?;
        let Some(last) = numbers.last() else {
            return Ok(released);
        };
        after.clone_from(last);
        for number in &numbers {
            released += usize::from(to_triage(app, number).await?);
        }
    }
}

/// Returns `false` if the order has moved on meanwhile.
async fn to_triage(app: &App, number: &str) -> Result<bool> {
    let system = Actor::system();
    let request = ActionRequest::new(app, &system, number, None);
    let mut step = match begin(request, Action::SendToTriage).await {
        Ok(step) => step,
        Err(error) if error.kind() == Some(ErrorKind::Conflict) => return Ok(false),
        Err(error) => return Err(error),
    };
    let unit = step.unit()?;
    let withdrawn = AssignmentStatus::Withdrawn;
    assignments::close_open(&step.txn, step.order.id, AssignmentRole::ALL, withdrawn, step.now).await?;
    step.order.unit_id = None;
    step.order.accepted_at = None;
    step.save().await?;
    let event = step.event(EventAction::Triaged).visible_to(Visibility::Internal);
    let detail = EventDetail::Released {
        unit,
        reason: ReleaseReason::UnitLeft,
    };
    step.append_event(event.detail(detail)).await?;
    step.emit(app, Event::of(EventKind::TriageNeeded, &step.order))
        .await?;
    step.commit(app).await?;
    Ok(true)
}
