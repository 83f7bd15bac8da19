//! Reminds of a re-inspection some time before it is due, once per date.

use crate::city::snapshot::CityHandle;
use crate::notices::MessageCatalog;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::WatchEntryId;
use entity::watch_entry;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{self, Event, EventKind, Subject};
use crate::watch_lists::store;

/// Reminds of the re-inspection of an entry.
pub struct RemindInspection;

impl Job for RemindInspection {
    const NAME: &'static str = "remind_inspection";
    type Input = WatchEntryId;

    async fn run(app: &App, id: WatchEntryId) -> Result<()> {
        remind(app, id).await
    }
}

fn remind_at(app: &App, due: DateTime<Utc>) -> DateTime<Utc> {
    let hours = app.state::<CityHandle>().load().campaigns.remind_before_hours;
    due - TimeDelta::hours(i64::from(hours))
}

/// Plans the reminder of the next inspection.
pub(super) async fn schedule(
    app: &App,
    txn: &impl ConnectionTrait,
    entry: &watch_entry::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(due) = entry.next_inspection_at else {
        return Ok(());
    };
    let run_at = remind_at(app, due)
        .max(now + TimeDelta::hours(1))
        .min(due.max(now));
    enqueue(txn, NewJob::of::<RemindInspection>(&entry.id, run_at)?, now).await
}

/// Reminds the unit and the list's committee, unless the subject was removed, inspected meanwhile, or they were reminded.
async fn remind(app: &App, id: WatchEntryId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some(entry) = store::lock_entry(&txn, id).await? else {
        return Ok(());
    };
    let Some(due) = entry.next_inspection_at.filter(|_| entry.removed_at.is_none()) else {
        return Ok(());
    };
    if entry.reminded_for == Some(due) || now < remind_at(app, due) {
        return Ok(());
    }
    let Some(list) = store::find(&txn, entry.list_id).await? else {
        return Ok(());
    };
    let mut event = Event::general(EventKind::InspectionDue)
        .title(list.title)
        .about(Subject::WatchList(list.id))
        .note(entry.subject.as_str())
        .due(due);
    event.unit = entry.owner_unit;
    event.area = list.area_code;
    event.committee = list.committee;
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    let change = watch_entry::ActiveModel {
        reminded_for: Set(Some(due)),
        ..Default::default()
    };
    store::update_entry(&txn, &entry, change).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}
