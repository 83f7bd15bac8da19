//! Where the embedded default keeps its data, and temporary folders beside them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::manifest::OBJECTS;
use crate::config::Config;

const TEMPORARY: &str = ".backup-";
const LOCK: &str = "lock";

pub(super) struct DataPaths {
    pub database: PathBuf,
    pub objects: PathBuf,
    pub folder: PathBuf,
}

impl DataPaths {
    /// # Errors
    /// If the database is PostgreSQL or the object store is not the embedded one.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let url = config.database.url.expose_secret();
        let Some(path) = url.strip_prefix("sqlite:") else {
            bail!("DATABASE_URL is not SQLite: back PostgreSQL up with pg_dump, see docs/operations.md");
        };
        ensure!(
            config.s3.endpoint.is_none(),
            "S3_ENDPOINT is set: back that store up by its own means, see docs/operations.md"
        );
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or(path);
        Ok(Self {
            database: PathBuf::from(path),
            objects: config.data_dir.join(OBJECTS),
            folder: config.data_dir.clone(),
        })
    }

    /// Makes a folder for copies on the data's own file system, after removing those of processes that were killed.
    pub fn temporary_folder(&self) -> anyhow::Result<TemporaryFolder> {
        fs::create_dir_all(&self.folder)?;
        remove_abandoned(&self.folder);
        let folder = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(&self.folder)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.try_lock().context("a temporary folder is in use")?;
        Ok(TemporaryFolder { folder, _lock: lock })
    }
}

/// Removed when dropped; locked meanwhile, so that others see that its process lives.
pub(super) struct TemporaryFolder {
    folder: TempDir,
    _lock: File,
}

impl TemporaryFolder {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the temporary folders of processes that no longer live.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        if is_ours && is_abandoned(&entry.path()) && fs::remove_dir_all(entry.path()).is_ok() {
            tracing::info!("folder of a killed backup removed");
        }
    }
}

/// Returns `true` if the lock can be had. A folder without a lock file is being made at this moment.
fn is_abandoned(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}

/// Returns `true` unless the folder holds nothing but empty folders.
pub(super) fn holds_something(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths.any(|path| !path.is_dir() || holds_something(&path))
}
