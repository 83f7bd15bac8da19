//! 下派 with a due time of its own: its unit is reminded once, if it has not reported by then.

use chrono::{DateTime, Utc};
use entity::assignment;
use entity::ids::AssignmentId;
use entity::kinds::{AssignmentStatus, EventAction};
use sea_orm::EntityTrait;

use super::ActionTxn;
use crate::app::App;
use crate::db;
use crate::deadlines::lights::LightThresholds;
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{Event, EventKind};
use crate::orders::clocks::remind::{self, Reminder};
use crate::orders::history::detail::EventDetail;

/// In the order's history.
const REMINDED: EventAction = EventAction::PartReminded;

/// Reminds a unit of its part.
pub struct RemindSubAssignment;

impl Job for RemindSubAssignment {
    const NAME: &'static str = "remind_part";
    type Input = AssignmentId;

    async fn run(app: &App, id: AssignmentId) -> Result<()> {
        remind(app, id).await
    }
}

/// Has the unit reminded before its part is due.
pub(super) async fn schedule(step: &ActionTxn, part: AssignmentId, due_at: DateTime<Utc>) -> Result<()> {
    let run_at = LightThresholds::remind_at(&step.city.policy.clocks, step.now, due_at);
    enqueue(
        &step.txn,
        NewJob::of::<RemindSubAssignment>(&part, run_at)?,
        step.now,
    )
    .await
}

/// Reminds the unit of a part that is still open.
async fn remind(app: &App, id: AssignmentId) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let part = assignment::Entity::find_by_id(id).one(&txn).await?;
    let open = [AssignmentStatus::Open, AssignmentStatus::Accepted];
    let Some(part) = part.filter(|part| open.contains(&part.status)) else {
        return Ok(());
    };
    let Some(due_at) = part.due_at else {
        return Ok(());
    };
    let reminder = Reminder {
        action: REMINDED,
        detail: EventDetail::Part { assignment: part.id },
    };
    let Some(order) = remind::lock_if_due(&txn, part.order_id, &reminder).await? else {
        return Ok(());
    };
    let event = Event::of(EventKind::SubDue, &order)
        .unit(part.unit_id)
        .due(due_at);
    remind::emit_and_record(app, &txn, reminder, event, app.clock.now()).await?;
    Ok(txn.commit().await?)
}
