//! Enqueues jobs, inside the transaction of the change that causes the work.

use chrono::{DateTime, Utc};
use entity::job;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::error::Result;
use crate::http::request_id;
use crate::jobs::job::{Job, encode};

/// A job with its input, to be enqueued.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: &'static str,
    subject: String,
    dedup_key: Option<String>,
    run_at: DateTime<Utc>,
}

impl NewJob {
    pub fn of<J: Job>(input: &J::Input, run_at: DateTime<Utc>) -> Result<Self> {
        Ok(Self {
            kind: J::NAME,
            subject: encode(input)?,
            dedup_key: None,
            run_at,
        })
    }

    /// Merges the job with an unfinished job under the same key.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }
}

/// Adds a job, unless a waiting job has the same key.
pub async fn enqueue(connection: &impl ConnectionTrait, job: NewJob, now: DateTime<Utc>) -> Result<()> {
    enqueue_all(connection, vec![job], now).await
}

/// Adds jobs, some tens at most.
pub async fn enqueue_all(
    connection: &impl ConnectionTrait,
    jobs: Vec<NewJob>,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows = jobs.into_iter().map(|job| job::ActiveModel {
        kind: Set(job.kind.to_owned()),
        subject: Set(job.subject),
        dedup_key: Set(job.dedup_key),
        run_at: Set(job.run_at),
        attempts: Set(0),
        created_at: Set(now),
        request_id: Set(request_id::cause()),
        ..Default::default()
    });
    job::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
