//! Takes a backup every night into the configured folder, and removes the oldest ones there.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use entity::kinds::UpkeepKind;
use secrecy::ExposeSecret as _;

use crate::app::App;
use crate::error::Result;
use crate::jobs::{Job, Lane};
use crate::ops::backup::{self, BackupSummary};
use crate::upkeep::runs;
use crate::upkeep::schedule::{next, plan};

const PREFIX: &str = "zhitong-";
const SUFFIX: &str = ".tar.gz";

/// Runs at the given time. The file is named after it, so that a repeated run finds it there.
pub struct TakeBackup;

impl Job for TakeBackup {
    const NAME: &'static str = "upkeep.backup";
    const LANE: Lane = Lane::Heavy;
    type Input = DateTime<Utc>;

    async fn run(app: &App, at: DateTime<Utc>) -> Result<()> {
        let now = app.clock.now();
        let Some(folder) = folder(app) else {
            return Ok(());
        };
        schedule(app, now).await?;
        let file = folder.join(format!("{PREFIX}{}{SUFFIX}", at.format("%Y%m%dT%H%M%SZ")));
        if file.exists() {
            return Ok(());
        }
        let kept = plan(app)?.backups_kept;
        let run = runs::begin(app, UpkeepKind::Backup, now).await?;
        let outcome = take(app, &file, kept).await;
        runs::end(app, run, outcome).await
    }
}

/// Enqueues the next run.
pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
    next::<TakeBackup>(app, plan(app)?.backup_at, now).await
}

/// The folder of scheduled backups. `None` if none is configured, or if database or store are not the embedded ones:
/// they are backed up by their own means.
#[must_use]
pub fn folder(app: &App) -> Option<PathBuf> {
    let folder = app.config.backup_dir.clone()?;
    is_embedded(app).then_some(folder)
}

/// Whether the product can back its data up itself.
#[must_use]
pub fn is_embedded(app: &App) -> bool {
    app.config.s3.endpoint.is_none() && app.config.database.url.expose_secret().starts_with("sqlite:")
}

async fn take(app: &App, file: &Path, kept: usize) -> anyhow::Result<String> {
    let folder = file.parent().context("ZHITONG_BACKUP_DIR: not a folder")?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("ZHITONG_BACKUP_DIR: cannot create {}", folder.display()))?;
    let BackupSummary { objects, bytes, .. } = backup::back_up(&app.config, file, |_| {}).await?;
    let removed = remove_oldest(folder, kept)?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let megabytes = bytes.div_ceil(1_000_000);
    let mut told = format!("{name}，{objects} 个文件，{megabytes} MB");
    if removed > 0 {
        told.push_str(&format!("；删除 {removed} 份旧备份"));
    }
    Ok(told)
}

/// Keeps the newest backups, by the times in their names, and returns how many were removed.
fn remove_oldest(folder: &Path, kept: usize) -> anyhow::Result<usize> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(PREFIX) && name.ends_with(SUFFIX)
        })
        .collect();
    files.sort();
    let old = files.len().saturating_sub(kept);
    for file in files.iter().take(old) {
        std::fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_backups_go_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "zhitong-1.tar.gz",
            "zhitong-3.tar.gz",
            "zhitong-2.tar.gz",
            "notes.txt",
            "zhitong-0.tar",
        ] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(remove_oldest(folder.path(), 2).unwrap(), 1);
        assert!(!folder.path().join("zhitong-1.tar.gz").exists());
        assert!(folder.path().join("zhitong-2.tar.gz").exists());
        assert!(folder.path().join("notes.txt").exists());
        assert_eq!(remove_oldest(folder.path(), 2).unwrap(), 0);
    }
}
