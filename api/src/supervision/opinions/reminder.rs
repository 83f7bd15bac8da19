//! Reminds of a reply that is due: some time before, and when it is overdue.

use crate::city::snapshot::CityHandle;
use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::OpinionId;
use entity::kinds::OpinionStatus;
use entity::opinion;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{self, EventKind};
use crate::supervision::campaigns::{service, store as campaigns};
use crate::supervision::due_light::{Reminder, first_reminder, reminder};
use crate::supervision::opinions::store;

/// The kind of the job; its subject is the opinion's id.
pub const REMIND: &str = "remind_opinion";

async fn enqueue_at(
    txn: &impl ConnectionTrait,
    id: OpinionId,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let job = NewJob {
        kind: REMIND,
        subject: id.to_string(),
        dedup_key: None,
        run_at,
    };
    enqueue(txn, job, now).await
}

pub(super) async fn schedule(
    app: &App,
    txn: &impl ConnectionTrait,
    row: &opinion::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(due) = row.due_at else {
        return Ok(());
    };
    let hours = app.state::<CityHandle>().load().campaigns.remind_before_hours;
    enqueue_at(txn, row.id, first_reminder(due, now, hours), now).await
}

/// Reminds the addressee and the committee, unless a reply waits for its decision or was accepted.
pub async fn remind(app: &App, subject: &str) -> Result<()> {
    let id: OpinionId = subject.parse().map_err(anyhow::Error::from)?;
    let now = app.clock.now();
    let hours = app.state::<CityHandle>().load().campaigns.remind_before_hours;
    let txn = db::write(&app.db).await?;
    let Some(row) = store::lock(&txn, id).await? else {
        return Ok(());
    };
    let owed = matches!(row.status, OpinionStatus::Issued | OpinionStatus::Returned);
    let Some(due) = row.due_at.filter(|_| owed) else {
        return Ok(());
    };
    let told = (row.reminded_at.is_some(), row.overdue_told_at.is_some());
    let mut change = opinion::ActiveModel::default();
    match reminder(due, told, now, hours) {
        Reminder::None => return Ok(()),
        Reminder::Soon => {
            change.reminded_at = Set(Some(now));
            enqueue_at(&txn, id, due, now).await?;
        }
        Reminder::Overdue => change.overdue_told_at = Set(Some(now)),
    }
    if let Some(campaign) = campaigns::find(&txn, row.campaign_id).await? {
        let event = service::event(EventKind::OpinionDue, &campaign)
            .unit(row.unit_id)
            .title(row.title.as_str())
            .reference(row.document_number.as_str())
            .due(due);
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    store::update(&txn, &row, change).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}
