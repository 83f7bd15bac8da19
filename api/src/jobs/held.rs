//! The jobs that a worker holds, and the statements that only their holder may make.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, UpdateMany};

use crate::error::Result;

/// The leased jobs of one run.
///
/// A run may record their success in the transaction that does their work. This saves a transaction, and work and job
/// are done at the same moment.
#[derive(Debug, Default)]
pub struct Held<'a> {
    jobs: &'a [job::Model],
    is_recorded: AtomicBool,
}

impl<'a> Held<'a> {
    #[must_use]
    pub fn new(jobs: &'a [job::Model]) -> Self {
        Self {
            jobs,
            is_recorded: AtomicBool::new(false),
        }
    }

    /// Marks the jobs done as part of `txn`, which must be the last transaction of the run. If it is not committed, the
    /// run must return an error.
    pub async fn record_done(&self, txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
        if !self.jobs.is_empty() {
            done(self.jobs, now).exec(txn).await?;
            self.is_recorded.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Returns `true` if the run has recorded its success.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.is_recorded.load(Ordering::Acquire)
    }
}

/// Marks those jobs done whose lease the caller still holds.
pub(super) fn done<'a>(
    jobs: impl IntoIterator<Item = &'a job::Model>,
    now: DateTime<Utc>,
) -> UpdateMany<job::Entity> {
    released()
        .col_expr(job::Column::DoneAt, Expr::value(now))
        .filter(any_of(jobs))
}

/// Selects those of these jobs that no other worker has leased meanwhile.
pub(super) fn any_of<'a>(jobs: impl IntoIterator<Item = &'a job::Model>) -> Condition {
    jobs.into_iter()
        .fold(Condition::any(), |any, job| any.add(lease_is_current(job)))
}

/// Selects the job unless another worker has leased it meanwhile, which increases `attempts`.
pub(super) fn lease_is_current(job: &job::Model) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::Attempts.eq(job.attempts))
}

pub(super) fn released() -> UpdateMany<job::Entity> {
    let nobody = Expr::value(Option::<DateTime<Utc>>::None);
    job::Entity::update_many().col_expr(job::Column::LockedUntil, nobody)
}
