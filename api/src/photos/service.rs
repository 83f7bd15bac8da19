//! Storing a photo: objects first, the row after, so that no row ever points at nothing. What is stored and
//! then not wanted is removed by `cleanup.rs`.

use crate::photos::permits::PhotoPermits;
use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, PhotoId};
use entity::kinds::{Datum, PhotoRole, PhotoSource};
use entity::photo;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::http::multipart::FileBytes;
use crate::jobs::queue::enqueue;
use crate::objects::client::ObjectStore;
use crate::objects::unused::removal;
use crate::ops::disk_space::DiskSpace;
use crate::photos::intake::{self, Limits, ProcessedPhoto, Sniffed};
use crate::photos::{claims, exif, heic, store};
use places::datum::Wgs84;

/// A repeated upload of a photo younger than this returns the photo; an older one starts its day again.
const REUSE_WINDOW: TimeDelta = TimeDelta::hours(12);
const CLEANUP_RETRY_SECS: u64 = 5;
/// 50 megapixels at the converter's quality.
const MAX_CONVERTED: usize = 64 << 20;

/// The client's statements about a photo.
#[derive(Clone, Debug, Default)]
pub struct DeclaredMetadata {
    pub role: Option<PhotoRole>,
    pub taken_at: Option<DateTime<Utc>>,
    pub place: Option<(Wgs84, Datum)>,
    pub source: Option<PhotoSource>,
}

/// A stored photo, and whether it was there before.
pub struct Stored {
    pub photo: photo::Model,
    pub is_new: bool,
}

/// Takes in the bytes of a person (none for a resident).
pub async fn store(
    app: &App,
    owner: Option<PersonId>,
    file: &FileBytes,
    claims: DeclaredMetadata,
    now: DateTime<Utc>,
) -> Result<Stored> {
    let bytes = file.bytes.clone();
    let _turn = app.state::<PhotoPermits>().upload().await?;
    let sha256 = digest(bytes.clone()).await?;
    if let Some(photo) = known(app, owner, &sha256, now).await? {
        return Ok(Stored { photo, is_new: false });
    }
    app.state::<DiskSpace>().admit_upload()?;
    let intake = decode(app, bytes.clone()).await?;
    schedule_cleanup(app, &sha256, now).await?;
    let keys = Keys::of(&sha256);
    tokio::try_join!(
        app.state::<ObjectStore>()
            .put(&keys.original, bytes.clone(), intake.media_type),
        app.state::<ObjectStore>()
            .put(&keys.large, intake.large.clone().into(), "image/jpeg"),
        app.state::<ObjectStore>()
            .put(&keys.thumb, intake.thumb.clone().into(), "image/jpeg"),
    )?;
    let upload = Upload {
        owner,
        sha256: &sha256,
        byte_size: bytes.len(),
    };
    record(app, row(upload, &intake, &claims, now), now).await
}

/// Ten megabytes take long enough to keep them off the async threads.
async fn digest(bytes: Bytes) -> Result<String> {
    let work = tokio::task::spawn_blocking(move || hex::encode(Sha256::digest(&bytes)));
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// The photo that this person sent before, unless its clean-up is near.
async fn known(
    app: &App,
    owner: Option<PersonId>,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<Option<photo::Model>> {
    let Some(owner) = owner else { return Ok(None) };
    let found = store::of_owner(&app.db, owner, sha256).await?;
    Ok(found.filter(|photo| {
        photo.attached || (photo.removing_at.is_none() && now - photo.created_at < REUSE_WINDOW)
    }))
}

/// Enqueues, before anything is stored, the job that removes the photo if no report uses it.
async fn schedule_cleanup(app: &App, sha256: &str, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    store::lock_bytes(&txn, sha256).await?;
    if store::cleanup_is_due(&txn, sha256, now).await? {
        let kind = ErrorKind::Unavailable {
            retry_after_secs: CLEANUP_RETRY_SECS,
        };
        let detail = "这张照片以前的上传正在清理，请稍后再试。";
        return Err(Error::refused(kind, "photo_being_removed", detail));
    }
    let job = removal::<store::RemoveUnusedPhoto>(&sha256.to_owned(), now)?;
    enqueue(&txn, job, now).await?;
    txn.commit().await?;
    Ok(())
}

/// Inserts the row last, so that an existing row implies existing objects.
async fn record(app: &App, row: photo::Model, now: DateTime<Utc>) -> Result<Stored> {
    let txn = db::write(&app.db).await?;
    store::lock_bytes(&txn, &row.sha256).await?;
    if store::insert(&txn, row.clone()).await? {
        txn.commit().await?;
        return Ok(Stored {
            photo: row,
            is_new: true,
        });
    }
    // The same person sent the same bytes before, or twice at once.
    let owner = row
        .owner_id
        .ok_or_else(|| anyhow::anyhow!("a photo's id was taken"))?;
    let first = store::of_owner(&txn, owner, &row.sha256).await?;
    let mut photo = first.ok_or_else(|| anyhow::anyhow!("a photo was neither stored nor found"))?;
    if !photo.attached {
        store::renew(&txn, photo.id, now).await?;
        (photo.created_at, photo.removing_at) = (now, None);
    }
    txn.commit().await?;
    Ok(Stored { photo, is_new: false })
}

/// Whether a HEIC can be converted here.
#[must_use]
pub fn converts_heic(app: &App) -> bool {
    app.config
        .heif_convert
        .as_deref()
        .is_some_and(std::path::Path::is_file)
}

/// Decodes on a thread of its own, within the permits. A client that goes away frees them only when the work is done.
async fn decode(app: &App, bytes: Bytes) -> Result<ProcessedPhoto> {
    let zone = app.state::<CityHandle>().load().zone();
    let place = app.state::<PhotoPermits>().decode().await?;
    let is_heic = intake::sniff(&bytes) == Sniffed::Heic;
    let (picture, facts) = if is_heic {
        let facts = exif::read(&bytes, zone);
        let jpeg = heic::to_jpeg(app.config.heif_convert.as_deref(), &bytes).await?;
        (Bytes::from(jpeg), Some(facts))
    } else {
        (bytes, None)
    };
    let look = move || intake::examine(&picture, zone, limits_of(is_heic));
    let mut examined = tokio::task::spawn_blocking(look)
        .await
        .map_err(anyhow::Error::from)??;
    if let Some(facts) = facts {
        examined.replace_facts(facts);
    }
    let memory = app
        .state::<PhotoPermits>()
        .memory(examined.memory_bytes())
        .await?;
    let work = move || {
        let _held = (place, memory);
        intake::develop(examined)
    };
    let mut intake = tokio::task::spawn_blocking(work)
        .await
        .map_err(anyhow::Error::from)??;
    if is_heic {
        intake.media_type = "image/heic";
    }
    Ok(intake)
}

/// A converted HEIC may be larger than what was sent.
fn limits_of(converted: bool) -> Limits {
    let limits = Limits::default();
    Limits {
        max_bytes: if converted {
            MAX_CONVERTED
        } else {
            limits.max_bytes
        },
        ..limits
    }
}

/// Where a photo's objects lie: addressed by content, in 256 folders.
pub struct Keys {
    pub original: String,
    pub large: String,
    pub thumb: String,
}

impl Keys {
    #[must_use]
    pub fn of(sha256: &str) -> Self {
        let (folder, name) = sha256.split_at_checked(2).unwrap_or(("00", sha256));
        let key = |kind: &str| format!("{kind}/{folder}/{name}");
        Self {
            original: key("original"),
            large: key("large"),
            thumb: key("thumb"),
        }
    }
}

/// A file as it was sent.
struct Upload<'a> {
    owner: Option<PersonId>,
    sha256: &'a str,
    byte_size: usize,
}

fn row(
    upload: Upload<'_>,
    intake: &ProcessedPhoto,
    claims: &DeclaredMetadata,
    now: DateTime<Utc>,
) -> photo::Model {
    let Upload {
        owner,
        sha256,
        byte_size,
    } = upload;
    let keys = Keys::of(sha256);
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let claimed = claims.place.map(|(place, _)| place);
    let settled = claims::settle(&intake.facts, claims.taken_at, claimed, now);
    photo::Model {
        id: PhotoId::generate(),
        owner_id: owner,
        sha256: sha256.to_owned(),
        media_type: intake.media_type.to_owned(),
        byte_size: i64::try_from(byte_size).unwrap_or(i64::MAX),
        width: side(intake.width),
        height: side(intake.height),
        role: claims.role.unwrap_or(PhotoRole::Before),
        taken_at: settled.taken_at,
        longitude: settled.place.map(|place| place.longitude),
        latitude: settled.place.map(|place| place.latitude),
        exif_taken_at: intake.facts.taken_at,
        exif_longitude: intake.facts.place.map(|place| place.longitude),
        exif_latitude: intake.facts.place.map(|place| place.latitude),
        claimed_taken_at: claims.taken_at,
        claimed_longitude: claimed.map(|place| place.longitude),
        claimed_latitude: claimed.map(|place| place.latitude),
        given_datum: claims.place.map(|(_, datum)| datum),
        source: claims.source,
        flags: settled.flags.into(),
        perceptual_hash: intake.perceptual_hash.cast_signed(),
        original_key: keys.original,
        large_key: keys.large,
        thumb_key: keys.thumb,
        attached: false,
        removing_at: None,
        created_at: now,
    }
}

/// Fresh links to what people are shown.
pub async fn links(app: &App, photo: &photo::Model) -> Result<(String, String)> {
    Ok((
        app.state::<ObjectStore>().link(&photo.large_key).await?,
        app.state::<ObjectStore>().link(&photo.thumb_key).await?,
    ))
}

/// Returns `true` if the photos of the two lists have the same bytes, in the same order.
pub async fn have_same_bytes(app: &App, these: &[PhotoId], those: &[PhotoId]) -> Result<bool> {
    let found = store::by_ids(&app.db, &[these, those].concat()).await?;
    let bytes: HashMap<PhotoId, &str> = found
        .iter()
        .map(|photo| (photo.id, photo.sha256.as_str()))
        .collect();
    let is_same =
        |(this, that): (&PhotoId, &PhotoId)| bytes.contains_key(this) && bytes.get(this) == bytes.get(that);
    Ok(these.len() == those.len() && these.iter().zip(those).all(is_same))
}

/// Fresh links of several photos, by their ids; what has been removed is missing.
pub async fn links_by_id(app: &App, ids: &[PhotoId]) -> Result<HashMap<PhotoId, (String, String)>> {
    let mut found = HashMap::new();
    for photo in store::by_ids(&app.db, ids).await? {
        found.insert(photo.id, links(app, &photo).await?);
    }
    Ok(found)
}
