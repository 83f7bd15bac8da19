//! Uploads that no report took.

use chrono::{DateTime, Utc};
use entity::ids::VideoId;

use crate::app::App;
use crate::db::{Db, WriteTransaction};
use crate::error::Result;
use crate::jobs::{Job, Lane};
use crate::objects::unused::{RemoveUnused, remove_unused};
use crate::videos::store;

/// Removes a video that no report took.
pub struct RemoveUnusedVideo;

impl Job for RemoveUnusedVideo {
    const NAME: &'static str = "remove_unused_video";
    const LANE: Lane = Lane::Heavy;
    type Input = VideoId;

    async fn run(app: &App, id: VideoId) -> Result<()> {
        remove_unused::<Self>(app, &id).await
    }
}

impl RemoveUnused for RemoveUnusedVideo {
    async fn mark(txn: &WriteTransaction, id: &VideoId, now: DateTime<Utc>) -> Result<Option<Vec<String>>> {
        let unused = store::mark_unused(txn, *id, now).await?;
        Ok(unused.then(|| vec![object_key(*id)]))
    }

    async fn remove_marked(db: &Db, id: &VideoId) -> Result<()> {
        store::remove(db, *id).await
    }
}

/// The object of a video in the store.
#[must_use]
pub fn object_key(id: VideoId) -> String {
    format!("videos/{id}")
}
