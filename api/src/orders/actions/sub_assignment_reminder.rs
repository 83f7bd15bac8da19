//! 下派 with a due time of its own: its unit is reminded once, if it has not reported by then.

use chrono::{DateTime, Utc};
use entity::assignment;
use entity::ids::AssignmentId;
use entity::kinds::AssignmentStatus;
use sea_orm::EntityTrait;

use super::ActionTxn;
use crate::app::App;
use crate::db;
use crate::deadlines::lights::LightThresholds;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{Event, EventKind};
use crate::orders::clocks::remind;

/// Subject: the assignment's id.
pub const REMIND: &str = "remind_part";
/// In the order's history.
const REMINDED: &str = "part_reminded";

/// Has the unit reminded before its part is due.
pub(super) async fn schedule(step: &ActionTxn, part: AssignmentId, due_at: DateTime<Utc>) -> Result<()> {
    let job = NewJob {
        kind: REMIND,
        subject: part.to_string(),
        dedup_key: None,
        run_at: LightThresholds::remind_at(&step.city.policy.clocks, step.now, due_at),
    };
    enqueue(&step.txn, job, step.now).await
}

/// Reminds the unit of a part that is still open.
pub async fn remind(app: &App, subject: &str) -> Result<()> {
    let id: AssignmentId = subject.parse().map_err(anyhow::Error::from)?;
    let txn = db::write(&app.db).await?;
    let part = assignment::Entity::find_by_id(id).one(&txn).await?;
    let open = [AssignmentStatus::Open, AssignmentStatus::Accepted];
    let Some(part) = part.filter(|part| open.contains(&part.status)) else {
        return Ok(());
    };
    let Some(due_at) = part.due_at else {
        return Ok(());
    };
    let id = part.id.to_string();
    let about = ("assignment", id.as_str());
    let Some(order) = remind::lock_if_due(&txn, part.order_id, REMINDED, about).await? else {
        return Ok(());
    };
    let event = Event::of(EventKind::SubDue, &order)
        .unit(part.unit_id)
        .due(due_at);
    remind::emit_and_record(app, &txn, (REMINDED, about), event, app.clock.now()).await?;
    Ok(txn.commit().await?)
}
