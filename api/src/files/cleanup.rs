//! Uploads that nobody attached. Every upload enqueues this job a day ahead and before anything is stored.

use crate::objects::client::ObjectStore;
use chrono::TimeDelta;
use entity::ids::FileId;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::files::store;

/// The kind of the job; its subject is the file's id.
pub const REMOVE_UNUSED: &str = "remove_unused_file";
/// A file waits so long to be attached.
pub const UNUSED_AFTER: TimeDelta = TimeDelta::hours(24);

/// The object of a file in the store.
#[must_use]
pub fn object_key(id: FileId) -> String {
    format!("files/{id}")
}

/// Removes a file that nobody attached: the row is marked, the object deleted with no transaction open, the row
/// removed. Repeating it is harmless.
pub async fn remove_unused(app: &App, subject: &str) -> Result<()> {
    let id: FileId = subject.parse().map_err(anyhow::Error::from)?;
    let txn = db::write(&app.db).await?;
    let unused = store::mark_unused(&txn, id, app.clock.now()).await?;
    txn.commit().await?;
    if unused {
        app.state::<ObjectStore>().delete(&object_key(id)).await?;
        store::remove(&app.db, id).await?;
    }
    Ok(())
}
