//! Reminds the unit of an unanswered supervision order and the county's supervisors once before it is due.

use entity::ids::SupervisionOrderId;
use entity::supervision_order;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::db;
use crate::deadlines::lights::LightThresholds;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionTxn;
use crate::orders::clocks::remind;

/// Subject: the supervision order's id.
pub const REMIND: &str = "remind_supervision_order";
/// In the order's history.
const REMINDED: &str = "supervision_order_reminded";

/// Has the unit reminded of what it has just been sent.
pub(super) async fn schedule(step: &ActionTxn, issued: &supervision_order::Model) -> Result<()> {
    let job = NewJob {
        kind: REMIND,
        subject: issued.id.to_string(),
        dedup_key: None,
        run_at: LightThresholds::remind_at(&step.city.policy.clocks, step.now, issued.due_at),
    };
    enqueue(&step.txn, job, step.now).await
}

/// Reminds of a supervision order that waits for its answer.
pub async fn remind(app: &App, subject: &str) -> Result<()> {
    let id: SupervisionOrderId = subject.parse().map_err(anyhow::Error::from)?;
    let txn = db::write(&app.db).await?;
    let issued = supervision_order::Entity::find_by_id(id).one(&txn).await?;
    let Some(issued) = issued.filter(|issued| issued.answered_at.is_none() && issued.closed_at.is_none())
    else {
        return Ok(());
    };
    let about = ("number", issued.number.as_str());
    let Some(order) = remind::lock_if_due(&txn, issued.order_id, REMINDED, about).await? else {
        return Ok(());
    };
    let event = Event::of(EventKind::SupervisionOrderDue, &order)
        .unit(issued.unit_id)
        .due(issued.due_at)
        .reference(issued.number.as_str());
    remind::emit_and_record(app, &txn, (REMINDED, about), event, app.clock.now()).await?;
    Ok(txn.commit().await?)
}
