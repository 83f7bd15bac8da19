//! Removes uploads without a report. Every upload enqueues this job a day ahead, under the hash of its bytes and before
//! anything is stored, so that an interrupted upload is found as well.
//!
//! Uploads and clean-ups exclude each other: an upload fails with 503 while a clean-up of the same bytes is due, and a
//! clean-up keeps the objects while a later one is pending, because then the bytes were sent again.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db::{Db, WriteTransaction};
use crate::error::Result;
use crate::jobs::{Job, Lane};
use crate::objects::unused::{RemoveUnused, remove_unused};
use crate::photos::service::Keys;
use crate::photos::store;
pub use crate::photos::store::RemoveUnusedPhoto;

impl Job for RemoveUnusedPhoto {
    const NAME: &'static str = "remove_unused_photo";
    const LANE: Lane = Lane::Heavy;
    type Input = String;

    async fn run(app: &App, sha256: String) -> Result<()> {
        remove_unused::<Self>(app, &sha256).await
    }
}

impl RemoveUnused for RemoveUnusedPhoto {
    async fn mark(
        txn: &WriteTransaction,
        sha256: &String,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<String>>> {
        store::lock_bytes(txn, sha256).await?;
        if store::cleanup_comes_later(txn, sha256, now).await? {
            return Ok(None);
        }
        if store::mark_unused(txn, sha256, now).await? {
            // Another person's photo has the same bytes.
            return Ok(Some(Vec::new()));
        }
        let Keys {
            original,
            large,
            thumb,
        } = Keys::of(sha256);
        Ok(Some(vec![thumb, large, original]))
    }

    async fn remove_marked(db: &Db, sha256: &String) -> Result<()> {
        store::remove_marked(db, sha256).await
    }
}
