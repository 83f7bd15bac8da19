//! Reminds the unit of an unanswered supervision order and the county's supervisors once before it is due.

use chrono::{DateTime, Utc};
use entity::ids::SupervisionOrderId;
use entity::kinds::EventAction;
use entity::supervision_order;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::db::{self, WriteTransaction};
use crate::deadlines::lights::LightThresholds;
use crate::deadlines::policy::ClockPolicy;
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue, enqueue_all};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionTxn;
use crate::orders::clocks::remind::{self, Reminder};
use crate::orders::history::detail::EventDetail;

/// In the order's history.
const REMINDED: EventAction = EventAction::SupervisionOrderReminded;

/// Reminds of a supervision order.
pub struct RemindSupervisionOrder;

impl Job for RemindSupervisionOrder {
    const NAME: &'static str = "remind_supervision_order";
    type Input = SupervisionOrderId;

    async fn run(app: &App, id: SupervisionOrderId) -> Result<()> {
        remind(app, id).await
    }
}

/// Has the unit reminded of what it has just been sent.
pub(super) async fn schedule(step: &ActionTxn, issued: &supervision_order::Model) -> Result<()> {
    let run_at = LightThresholds::remind_at(&step.city.policy.clocks, step.now, issued.due_at);
    enqueue(
        &step.txn,
        NewJob::of::<RemindSupervisionOrder>(&issued.id, run_at)?,
        step.now,
    )
    .await
}

/// Schedules the reminders of supervision orders of the past that still wait; those whose time is over are left out.
pub(super) async fn schedule_past(
    txn: &WriteTransaction,
    issued: &[supervision_order::Model],
    clocks: &ClockPolicy,
    now: DateTime<Utc>,
) -> Result<()> {
    let waiting = issued
        .iter()
        .filter(|row| row.answered_at.is_none() && row.closed_at.is_none());
    let timed = waiting.map(|row| (row, LightThresholds::remind_at(clocks, row.issued_at, row.due_at)));
    let ahead = timed.filter(|(_, run_at)| *run_at > now);
    let jobs = ahead.map(|(row, run_at)| NewJob::of::<RemindSupervisionOrder>(&row.id, run_at));
    let jobs: Vec<NewJob> = jobs.collect::<Result<_>>()?;
    if jobs.is_empty() {
        return Ok(());
    }
    enqueue_all(txn, jobs, now).await
}

/// Reminds of a supervision order that waits for its answer.
async fn remind(app: &App, id: SupervisionOrderId) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let issued = supervision_order::Entity::find_by_id(id).one(&txn).await?;
    let Some(issued) = issued.filter(|issued| issued.answered_at.is_none() && issued.closed_at.is_none())
    else {
        return Ok(());
    };
    let reminder = Reminder {
        action: REMINDED,
        detail: EventDetail::Number {
            number: issued.number.clone(),
        },
    };
    let Some(order) = remind::lock_if_due(&txn, issued.order_id, &reminder).await? else {
        return Ok(());
    };
    let event = Event::of(EventKind::SupervisionOrderDue, &order)
        .unit(issued.unit_id)
        .due(issued.due_at)
        .reference(issued.number.as_str());
    remind::emit_and_record(app, &txn, reminder, event, app.clock.now()).await?;
    Ok(txn.commit().await?)
}
