//! Removes uploads without a report. Every upload enqueues this job a day ahead, under the hash of its bytes and before
//! anything is stored, so that an interrupted upload is found as well.
//!
//! Uploads and clean-ups exclude each other: an upload fails with 503 while a clean-up of the same bytes is due, and a
//! clean-up keeps the objects while a later one is pending, because then the bytes were sent again.

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::objects::client::ObjectStore;
use crate::photos::service::Keys;
use crate::photos::store;
pub use crate::photos::store::REMOVE_UNUSED;

/// Removes unused photos: rows are marked, objects deleted with no transaction open, rows removed. Idempotent: after a
/// crash at any point the next run continues.
pub async fn remove_unused(app: &App, sha256: &str) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    store::lock_bytes(&txn, sha256).await?;
    if store::cleanup_comes_later(&txn, sha256, now).await? {
        return Ok(());
    }
    let needed = store::mark_unused(&txn, sha256, now).await?;
    txn.commit().await?;
    if !needed {
        let Keys {
            original,
            large,
            thumb,
        } = Keys::of(sha256);
        for key in [thumb, large, original] {
            app.state::<ObjectStore>().delete(&key).await?;
        }
    }
    store::remove_marked(&app.db, sha256).await
}
