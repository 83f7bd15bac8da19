//! Reminds of a measure that is due: some time before, and when it is overdue.

use crate::city::snapshot::CityHandle;
use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::MeasureId;
use entity::kinds::MeasureStatus;
use entity::measure;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::{service, store as campaigns};
use crate::supervision::due_light::{GivenReminders, Reminder, first_reminder, reminder};
use crate::supervision::measures::store;

/// Reminds of a measure.
pub struct RemindMeasure;

impl Job for RemindMeasure {
    const NAME: &'static str = "remind_measure";
    type Input = MeasureId;

    async fn run(app: &App, id: MeasureId) -> Result<()> {
        remind(app, id).await
    }
}

async fn enqueue_at(
    txn: &impl ConnectionTrait,
    id: MeasureId,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    enqueue(txn, NewJob::of::<RemindMeasure>(&id, run_at)?, now).await
}

pub(super) async fn schedule(
    app: &App,
    txn: &impl ConnectionTrait,
    row: &measure::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let hours = app.state::<CityHandle>().load().campaigns.remind_before_hours;
    enqueue_at(txn, row.id, first_reminder(row.due_at, now, hours), now).await
}

/// Reminds the unit and the committee, unless the measure was reported as done or verified.
async fn remind(app: &App, id: MeasureId) -> Result<()> {
    let now = app.clock.now();
    let hours = app.state::<CityHandle>().load().campaigns.remind_before_hours;
    let txn = db::write(&app.db).await?;
    let Some(row) = store::lock(&txn, id).await? else {
        return Ok(());
    };
    if row.status != MeasureStatus::Open {
        return Ok(());
    }
    let given = GivenReminders {
        soon: row.reminded_at.is_some(),
        overdue: row.overdue_told_at.is_some(),
    };
    let mut change = measure::ActiveModel::default();
    match reminder(row.due_at, given, now, hours) {
        Reminder::None => return Ok(()),
        Reminder::Soon => {
            change.reminded_at = Set(Some(now));
            enqueue_at(&txn, id, row.due_at, now).await?;
        }
        Reminder::Overdue => change.overdue_told_at = Set(Some(now)),
    }
    if let Some(campaign) = campaigns::find(&txn, row.campaign_id).await? {
        let event = service::event(EventKind::MeasureDue, &campaign)
            .unit(row.unit_id)
            .reference(row.seq.to_string())
            .about(Subject::Measure(row.id))
            .note(row.text.as_str())
            .due(row.due_at);
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    store::update(&txn, &row, change).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}
