//! Anyone may enqueue, and does so inside the transaction of the change that causes the work.

use chrono::{DateTime, Utc};
use entity::job;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::error::Result;

/// A unit of work. A job carries at most an id; everything else is read when it runs.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    pub kind: &'a str,
    pub subject: String,
    /// Two unfinished jobs with one key are one job.
    pub dedup_key: Option<String>,
    pub run_at: DateTime<Utc>,
}

/// Adds a job; one that is already waiting under the same key is left as it is.
pub async fn enqueue(connection: &impl ConnectionTrait, job: NewJob<'_>, now: DateTime<Utc>) -> Result<()> {
    enqueue_all(connection, vec![job], now).await
}

/// Adds jobs, some tens at most.
pub async fn enqueue_all(
    connection: &impl ConnectionTrait,
    jobs: Vec<NewJob<'_>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows = jobs.into_iter().map(|job| job::ActiveModel {
        kind: Set(job.kind.to_owned()),
        subject: Set(job.subject),
        dedup_key: Set(job.dedup_key),
        run_at: Set(job.run_at),
        attempts: Set(0),
        created_at: Set(now),
        ..Default::default()
    });
    job::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
