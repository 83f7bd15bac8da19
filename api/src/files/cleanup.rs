//! Uploads that nobody attached.

use chrono::{DateTime, Utc};
use entity::ids::FileId;

use crate::app::App;
use crate::db::{Db, WriteTransaction};
use crate::error::Result;
use crate::files::store;
use crate::jobs::{Job, Lane};
use crate::objects::unused::{RemoveUnused, remove_unused};

/// Removes a file that nobody attached.
pub struct RemoveUnusedFile;

impl Job for RemoveUnusedFile {
    const NAME: &'static str = "remove_unused_file";
    const LANE: Lane = Lane::Heavy;
    type Input = FileId;

    async fn run(app: &App, id: FileId) -> Result<()> {
        remove_unused::<Self>(app, &id).await
    }
}

impl RemoveUnused for RemoveUnusedFile {
    async fn mark(txn: &WriteTransaction, id: &FileId, now: DateTime<Utc>) -> Result<Option<Vec<String>>> {
        let unused = store::mark_unused(txn, *id, now).await?;
        Ok(unused.then(|| vec![object_key(*id)]))
    }

    async fn remove_marked(db: &Db, id: &FileId) -> Result<()> {
        store::remove(db, *id).await
    }
}

/// The object of a file in the store.
#[must_use]
pub fn object_key(id: FileId) -> String {
    format!("files/{id}")
}
