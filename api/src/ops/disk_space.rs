//! Free space of the file systems that hold the SQLite file and the embedded object store. When it runs low, new uploads
//! are refused, so that orders can still be written.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Config;
use crate::error::{ErrorKind, Refusal};

const INTERVAL: Duration = Duration::from_secs(5);
const RETRY_SECS: u64 = 60;
const MB: u64 = 1_000_000;

/// The last measurement. Clones share it.
#[derive(Clone, Debug)]
pub struct DiskSpace {
    folders: Arc<[PathBuf]>,
    low_bytes: u64,
    free_bytes: Arc<AtomicU64>,
}

/// An upload is refused: less than the configured space is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageLow;

impl Refusal for StorageLow {
    fn code(&self) -> &'static str {
        "storage_low"
    }

    fn detail(&self) -> String {
        "系统存储空间不足，暂时不能上传照片和文件；文字内容仍可提交。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Unavailable {
            retry_after_secs: RETRY_SECS,
        }
    }
}

impl DiskSpace {
    /// Measures for the first time.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut folders = vec![existing_ancestor(&config.data_dir)];
        let database = config.database.url.expose_secret().strip_prefix("sqlite://");
        folders.extend(database.and_then(|file| Some(Path::new(file).parent()?.to_owned())));
        let space = Self {
            folders: folders.into(),
            low_bytes: config.low_disk_mb.saturating_mul(MB),
            free_bytes: Arc::new(AtomicU64::new(u64::MAX)),
        };
        space.measure();
        space
    }

    /// Of the fullest file system, at the last measurement.
    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        self.free_bytes.load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn is_low(&self) -> bool {
        self.free_bytes() < self.low_bytes
    }

    /// # Errors
    /// [`StorageLow`] if space is low.
    pub fn admit_upload(&self) -> Result<(), StorageLow> {
        if self.is_low() { Err(StorageLow) } else { Ok(()) }
    }

    /// Asks the file systems; one that does not answer counts as it did before.
    fn measure(&self) {
        let free = self
            .folders
            .iter()
            .filter_map(|folder| rustix::fs::statvfs(folder).ok());
        let free = free
            .map(|system| system.f_bavail.saturating_mul(system.f_frsize))
            .min();
        if let Some(free) = free {
            self.free_bytes.store(free, Ordering::Relaxed);
        }
    }
}

/// Returns the path, or the nearest folder above it that exists.
#[must_use]
pub fn existing_ancestor(path: &Path) -> PathBuf {
    let existing = path.ancestors().find(|path| path.is_dir());
    existing
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Measures until told to stop, and warns when space is low.
pub async fn run(app: App, stop: CancellationToken) {
    let mut was_low = false;
    while stop
        .run_until_cancelled(tokio::time::sleep(INTERVAL))
        .await
        .is_some()
    {
        let space = app.state::<DiskSpace>().clone();
        if tokio::task::spawn_blocking(move || space.measure())
            .await
            .is_err()
        {
            tracing::warn!("disk space not measured");
        }
        let is_low = app.state::<DiskSpace>().is_low();
        if is_low && !was_low {
            tracing::warn!(
                free_bytes = app.state::<DiskSpace>().free_bytes(),
                "disk space low"
            );
        }
        if was_low && !is_low {
            tracing::info!(
                free_bytes = app.state::<DiskSpace>().free_bytes(),
                "disk space sufficient"
            );
        }
        was_low = is_low;
    }
}
