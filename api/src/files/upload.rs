//! Storing a file: the object first, the row after, so that no row points at nothing.

use crate::objects::client::ObjectStore;
use crate::objects::unused::removal;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::ids::{FileId, PersonId};
use entity::stored_file;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::files::content::{file_name, file_type};
use crate::files::{cleanup, store};
use crate::jobs::queue::enqueue;
use crate::ops::disk_space::DiskSpace;

/// Bodies in memory at the same time: 8 × 20 MB.
static UPLOADS: Semaphore = Semaphore::const_new(8);

/// Waits for a permit, which the caller holds while a body is in memory.
pub async fn acquire_permit() -> Result<SemaphorePermit<'static>> {
    Ok(UPLOADS.acquire().await.map_err(anyhow::Error::from)?)
}

/// Stores a file of a person.
///
/// # Errors
/// `file_empty` (422), `file_too_large` (413), `file_type_unknown` (415), `store_unavailable` and `storage_low` (503).
pub async fn store(
    app: &App,
    owner: PersonId,
    name: &str,
    bytes: Bytes,
    now: DateTime<Utc>,
) -> Result<stored_file::Model> {
    app.state::<DiskSpace>().admit_upload()?;
    let content = bytes.clone();
    let read = tokio::task::spawn_blocking(move || {
        file_type(&content).map(|kind| (kind, hex::encode(Sha256::digest(&content))))
    });
    let (kind, sha256) = read.await.map_err(anyhow::Error::from)??;
    let id = FileId::generate();
    let txn = db::write(&app.db).await?;
    let job = removal::<cleanup::RemoveUnusedFile>(&id, now)?;
    enqueue(&txn, job, now).await?;
    txn.commit().await?;
    let row = stored_file::Model {
        id,
        owner_id: owner,
        name: file_name(name, kind),
        media_type: kind.media_type().to_owned(),
        byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256,
        object_key: cleanup::object_key(id),
        campaign_id: None,
        order_id: None,
        unit_id: None,
        removing_at: None,
        created_at: now,
    };
    app.state::<ObjectStore>()
        .put(&row.object_key, bytes, &row.media_type)
        .await?;
    let txn = db::write(&app.db).await?;
    store::insert(&txn, row.clone()).await?;
    txn.commit().await?;
    Ok(row)
}
