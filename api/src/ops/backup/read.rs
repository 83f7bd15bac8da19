//! Reading a backup: restoring it, or proving that it could be restored.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path};

use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use secrecy::SecretString;

use super::manifest::{self, BackupSummary, DATABASE, FORMAT, FileDigest, HashingReader, Manifest, OBJECTS};
use super::paths::{DataPaths, holds_something};
use super::sealing;
use crate::config::Config;
use crate::db::{self, Db};

/// A manifest names every object; 1 GB is some millions.
const MAX_MANIFEST_BYTES: u64 = 1 << 30;

/// Puts a backup back, where there is nothing yet. `prepare` changes the database before it is put in its place.
///
/// # Errors
/// If there are data already, or the archive is damaged, incomplete or encrypted with another passphrase. Nothing is
/// changed then.
pub async fn restore(
    config: &Config,
    file: &Path,
    prepare: impl AsyncFnOnce(&Db, &BackupSummary) -> anyhow::Result<()>,
) -> anyhow::Result<BackupSummary> {
    let paths = DataPaths::new(config)?;
    let refused = "exists already; a backup is restored into an empty place only";
    ensure!(!paths.database.exists(), "{} {refused}", paths.database.display());
    ensure!(
        !holds_something(&paths.objects),
        "{} {refused}",
        paths.objects.display()
    );
    let unpacked = paths.temporary_folder()?;
    let summary = unpack_off_thread(config, file, unpacked.path(), Extent::All).await?;
    let database = unpacked.path().join(DATABASE);
    check(&database, async |db| prepare(db, &summary).await).await?;
    let objects = unpacked.path().join(OBJECTS);
    if objects.is_dir() {
        if paths.objects.exists() {
            fs::remove_dir_all(&paths.objects)?;
        }
        fs::rename(&objects, &paths.objects)?;
    }
    if let Some(parent) = paths.database.parent() {
        fs::create_dir_all(parent)?;
    }
    // Last: with it, the data are there.
    fs::rename(&database, &paths.database)
        .with_context(|| format!("cannot put {} in its place", paths.database.display()))?;
    Ok(summary)
}

/// Proves that a backup could be restored: every hash is checked, and the database is unpacked and checked. Needs room for
/// the database in the folder for temporary files.
pub async fn verify(config: &Config, file: &Path) -> anyhow::Result<BackupSummary> {
    let unpacked = tempfile::tempdir()?;
    let summary = unpack_off_thread(config, file, unpacked.path(), Extent::DatabaseOnly).await?;
    check(&unpacked.path().join(DATABASE), async |_| Ok(())).await?;
    Ok(summary)
}

/// The files that are written to disk while an archive is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    All,
    DatabaseOnly,
}

async fn unpack_off_thread(
    config: &Config,
    file: &Path,
    to: &Path,
    extent: Extent,
) -> anyhow::Result<BackupSummary> {
    let (file, to, passphrase) = (file.to_owned(), to.to_owned(), config.backup_passphrase.clone());
    tokio::task::spawn_blocking(move || unpack(&file, &to, passphrase.as_ref(), extent)).await?
}

fn unpack(
    file: &Path,
    to: &Path,
    passphrase: Option<&SecretString>,
    extent: Extent,
) -> anyhow::Result<BackupSummary> {
    let archive = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let archive = sealing::open(archive, passphrase)?;
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut files: Vec<FileDigest> = Vec::new();
    let mut manifest: Option<Manifest> = None;
    for entry in archive.entries().context("not a backup")? {
        let mut entry = entry.context("the backup is damaged")?;
        let path = entry.path()?.into_owned();
        let foreign = || format!("not a backup of this product: it holds {}", path.display());
        ensure!(entry.header().entry_type().is_file() && is_ours(&path), foreign());
        ensure!(
            manifest.is_none(),
            "the backup is damaged: it goes on after its manifest"
        );
        if path == Path::new(manifest::NAME) {
            let mut text = Vec::new();
            entry.by_ref().take(MAX_MANIFEST_BYTES).read_to_end(&mut text)?;
            manifest = Some(serde_json::from_slice(&text).context("the backup's manifest is damaged")?);
            continue;
        }
        let mut reader = HashingReader::new(&mut entry);
        if extent == Extent::All || path == Path::new(DATABASE) {
            let target = to.join(&path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut out = File::create_new(&target)?;
            io::copy(&mut reader, &mut out).context("the backup is damaged")?;
            out.sync_all()?;
        } else {
            io::copy(&mut reader, &mut io::sink()).context("the backup is damaged")?;
        }
        let path = path.to_str().with_context(foreign)?.to_owned();
        files.push(reader.finish(path));
    }
    let manifest = manifest.context("not a complete backup: it has no manifest")?;
    compare(&manifest, &files)?;
    Ok(manifest.summary())
}

/// The database, the manifest, or a plain path below the objects.
fn is_ours(path: &Path) -> bool {
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    is_plain
        && (path == Path::new(DATABASE) || path == Path::new(manifest::NAME) || path.starts_with(OBJECTS))
}

fn compare(manifest: &Manifest, files: &[FileDigest]) -> anyhow::Result<()> {
    ensure!(
        manifest.format <= FORMAT,
        "the backup was made by a newer release (format {})",
        manifest.format
    );
    ensure!(
        manifest.files.len() == files.len(),
        "the backup is damaged: it holds {} files, its manifest names {}",
        files.len(),
        manifest.files.len()
    );
    for (named, found) in manifest.files.iter().zip(files) {
        ensure!(
            named == found,
            "the backup is damaged: {} is not what its manifest says",
            found.path
        );
    }
    let has_database = files.iter().any(|file| file.path == DATABASE);
    ensure!(has_database, "not a backup of this product: it holds no database");
    Ok(())
}

/// Checks that the database is whole, and prepares it.
async fn check(database: &Path, prepare: impl AsyncFnOnce(&Db) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let db = db::connect(&format!("sqlite://{}", database.display())).await?;
    let integrity = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let row = db.query_one_raw(integrity).await?;
    let result: String = row.context("no answer")?.try_get_by_index(0)?;
    ensure!(result == "ok", "the database in the backup is damaged: {result}");
    prepare(&db).await?;
    // Nothing may stay beside the file when it is moved.
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    db.close().await?;
    Ok(())
}
