//! Inbox lines of the past, for the same people and in the same words as those of today. Nothing is pushed.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::notices::event::PastEvent;
use crate::notices::messages::MessageCatalog;
use crate::notices::outbox;

/// Writes the lines of `events`, all or none. Those from before `read_until` are read.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn insert(app: &App, events: &[PastEvent<'_>], read_until: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    outbox::insert_past(&txn, app.state::<MessageCatalog>(), events, read_until).await?;
    txn.commit().await?;
    Ok(())
}
