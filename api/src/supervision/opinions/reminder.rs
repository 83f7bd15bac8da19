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
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::{service, store as campaigns};
use crate::supervision::due_light::{GivenReminders, Reminder, first_reminder, reminder};
use crate::supervision::opinions::store;

/// Reminds of an opinion.
pub struct RemindOpinion;

impl Job for RemindOpinion {
    const NAME: &'static str = "remind_opinion";
    type Input = OpinionId;

    async fn run(app: &App, id: OpinionId) -> Result<()> {
        remind(app, id).await
    }
}

async fn enqueue_at(
    txn: &impl ConnectionTrait,
    id: OpinionId,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    enqueue(txn, NewJob::of::<RemindOpinion>(&id, run_at)?, now).await
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
async fn remind(app: &App, id: OpinionId) -> Result<()> {
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
    let given = GivenReminders {
        soon: row.reminded_at.is_some(),
        overdue: row.overdue_told_at.is_some(),
    };
    let mut change = opinion::ActiveModel::default();
    match reminder(due, given, now, hours) {
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
            .about(Subject::Opinion(row.number.clone()))
            .due(due);
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    store::update(&txn, &row, change).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}
