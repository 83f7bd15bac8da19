//! Taking a video in: received into a file on disk, wiped there, streamed to the store, its row written last. At no time is
//! more than a part of it in memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, PhotoId, VideoId};
use entity::kinds::ContentCheck;
use entity::video;
use sea_orm::ConnectionTrait;
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::App;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::jobs::queue::enqueue;
use crate::objects::client::ObjectStore;
use crate::objects::unused::removal;
use crate::photos;
use crate::videos::refused::Refused;
use crate::videos::scan::{self, Cleaned, ScanError};
use crate::videos::{cleanup, store};

pub use crate::videos::store::{of_orders, set_review};

/// Videos on disk at the same time: 16 × 20 MB.
static UPLOADS: Semaphore = Semaphore::const_new(16);
const RETRY_SECS: u64 = 10;
const PART: usize = 64 * 1024;

/// A place among the uploads, to be held from the first byte until the video is stored.
/// # Errors
/// `busy` (503): who waits here would only wait with a body on the line.
pub fn acquire_place() -> Result<SemaphorePermit<'static>> {
    UPLOADS.try_acquire().map_err(|_| {
        let kind = ErrorKind::Unavailable {
            retry_after_secs: RETRY_SECS,
        };
        Error::refused(kind, "busy", "上传的人太多，请稍后再试。")
    })
}

/// Stores the video in this file.
/// # Errors
/// [`Refused`]; `photo_unknown` (422) for a poster that is not the owner's; `store_unavailable` (503).
pub async fn store(
    app: &App,
    owner: PersonId,
    file: &TempPath,
    poster: Option<PhotoId>,
    now: DateTime<Utc>,
) -> Result<video::Model> {
    if let Some(poster) = poster {
        photos::attach::require_own(&app.db, owner, poster).await?;
    }
    let path = file.to_path_buf();
    let work = tokio::task::spawn_blocking(move || clean_and_digest(&path));
    let Taken {
        cleaned,
        sha256,
        byte_size,
    } = work.await.map_err(anyhow::Error::from)?.map_err(refusal)?;
    let id = VideoId::generate();
    let txn = db::write(&app.db).await?;
    let job = removal::<cleanup::RemoveUnusedVideo>(&id, now)?;
    enqueue(&txn, job, now).await?;
    txn.commit().await?;
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let row = video::Model {
        id,
        owner_id: owner,
        sha256,
        media_type: media_type(cleaned).to_owned(),
        byte_size: i64::try_from(byte_size).unwrap_or(i64::MAX),
        duration_ms: i32::try_from(cleaned.facts.duration_ms).unwrap_or(i32::MAX),
        width: side(cleaned.facts.width),
        height: side(cleaned.facts.height),
        poster_id: poster,
        object_key: cleanup::object_key(id),
        order_id: None,
        review: ContentCheck::Unavailable,
        removing_at: None,
        created_at: now,
    };
    app.state::<ObjectStore>()
        .put_file(&row.object_key, file, &row.media_type)
        .await?;
    let txn = db::write(&app.db).await?;
    store::insert(&txn, row.clone()).await?;
    txn.commit().await?;
    Ok(row)
}

fn media_type(cleaned: Cleaned) -> &'static str {
    if cleaned.is_quicktime {
        "video/quicktime"
    } else {
        "video/mp4"
    }
}

/// A file that may be stored.
struct Taken {
    cleaned: Cleaned,
    /// Of the bytes without what was wiped.
    sha256: String,
    byte_size: u64,
}

fn clean_and_digest(path: &Path) -> Result<Taken, ScanError> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let cleaned = scan::clean(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let (mut hash, mut byte_size) = (Sha256::new(), 0);
    let mut part = vec![0; PART];
    loop {
        let read = match file.read(&mut part) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hash.update(part.get(..read).unwrap_or_default());
        byte_size += read as u64;
    }
    Ok(Taken {
        cleaned,
        sha256: hex::encode(hash.finalize()),
        byte_size,
    })
}

fn refusal(error: ScanError) -> Error {
    match error {
        ScanError::Refused(refused) => refused.into(),
        ScanError::Io(error) => anyhow::Error::from(error).into(),
    }
}

/// Puts the owner's video into their order, inside the caller's transaction. A poster that has expired meanwhile is dropped.
/// # Errors
/// `video_unknown` (422).
pub async fn attach(
    txn: &impl ConnectionTrait,
    owner: PersonId,
    id: VideoId,
    order: OrderId,
) -> Result<video::Model> {
    let attached = store::attach(txn, owner, id, order).await?;
    let mut video = attached.ok_or(Refused::Unknown)?;
    if let Some(poster) = video.poster_id
        && !photos::attach::keep(txn, owner, poster).await?
    {
        store::forget_poster(txn, id).await?;
        video.poster_id = None;
    }
    Ok(video)
}
