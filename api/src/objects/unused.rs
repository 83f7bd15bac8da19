//! Removal of uploads that nothing took: one job per upload, enqueued a day ahead and before anything is stored.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::db::{self, Db, WriteTransaction};
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::NewJob;
use crate::objects::client::ObjectStore;

/// An upload waits so long to be taken.
const UNUSED_AFTER: TimeDelta = TimeDelta::hours(24);

/// A job that removes one kind of upload.
pub trait RemoveUnused: Job {
    /// Marks the upload for removal if nothing took it. Returns the keys of its objects, or `None` if it stays.
    fn mark(
        txn: &WriteTransaction,
        id: &Self::Input,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Vec<String>>>> + Send;

    /// Removes the rows that are marked.
    fn remove_marked(db: &Db, id: &Self::Input) -> impl Future<Output = Result<()>> + Send;
}

/// The job that removes the upload, a day ahead.
/// # Errors
/// If the input cannot be written as JSON.
pub fn removal<J: RemoveUnused>(id: &J::Input, now: DateTime<Utc>) -> Result<NewJob> {
    NewJob::of::<J>(id, now + UNUSED_AFTER)
}

/// Removes an upload that nothing took: its row is marked, its objects are deleted with no transaction open, then the
/// row is removed. Idempotent: after a crash at any point the next run continues.
pub async fn remove_unused<J: RemoveUnused>(app: &App, id: &J::Input) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let keys = J::mark(&txn, id, app.clock.now()).await?;
    txn.commit().await?;
    let Some(keys) = keys else {
        return Ok(());
    };
    for key in keys {
        app.state::<ObjectStore>().delete(&key).await?;
    }
    J::remove_marked(&app.db, id).await
}
