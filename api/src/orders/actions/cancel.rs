//! 撤销: by the delegate before a unit has accepted, or by an operator, always with a reason.

use entity::kinds::{AssignmentRole, AssignmentStatus, EventAction};

use super::begin;
use crate::deadlines::deadline_rows;
use crate::error::Result;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::assignments;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

pub async fn cancel(request: ActionRequest<'_>, reason: &str) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = begin(request, Action::Cancel).await?;
    let reason = require_text("reason", reason, REASON)?;
    let order = step.order.id;
    assignments::close_open(
        &step.txn,
        order,
        AssignmentRole::ALL,
        AssignmentStatus::Withdrawn,
        step.now,
    )
    .await?;
    deadline_rows::stop_all(&step.txn, step.city.deadline_rules(), &mut step.clocks, step.now).await?;
    step.order.closed_at = Some(step.now);
    step.save().await?;
    step.append_event(step.event(EventAction::Cancelled).note(reason.clone()))
        .await?;
    step.emit(app, Event::of(EventKind::Cancelled, &step.order).note(reason))
        .await?;
    step.commit(app).await
}
