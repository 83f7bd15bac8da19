//! Backup and restoring of the embedded default: the SQLite file and the folder of objects, in one tar.gz. May run
//! while the product serves. The database is copied first: an object is stored before a row names it, so whatever the
//! copy names is there when the objects are read. Secrets are not in it; keep `DATA_KEY`, or nothing personal can be
//! read again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::config::Config;
use crate::db::{self, Db};

const DATABASE: &str = "zhitong.sqlite";
const OBJECTS: &str = "objects";
/// What an upload under way is called; not yet an object.
const UNFINISHED: &str = ".part";

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BackupSummary {
    pub objects: u64,
    /// Of the database and the objects, not compressed.
    pub bytes: u64,
}

/// Where the embedded default keeps its data.
struct DataPaths {
    database: PathBuf,
    objects: PathBuf,
    folder: PathBuf,
}

impl DataPaths {
    fn of(config: &Config) -> anyhow::Result<Self> {
        let url = config.database_url.expose_secret();
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
}

/// Writes a backup to `file`, which must not exist yet; `progress` hears of each object.
pub async fn back_up(
    config: &Config,
    file: &Path,
    progress: impl FnMut(&BackupSummary) + Send + 'static,
) -> anyhow::Result<BackupSummary> {
    let places = DataPaths::of(config)?;
    ensure!(
        places.database.is_file(),
        "{} does not exist",
        places.database.display()
    );
    ensure!(!file.exists(), "{} exists already", file.display());
    let copies = tempfile::Builder::new()
        .prefix(".backup-")
        .tempdir_in(&places.folder)?;
    let copy = copies.path().join(DATABASE);
    let db = db::connect(config.database_url.expose_secret()).await?;
    copy_database(&db, &copy).await?;
    db.close().await?;
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || pack(&copy, &places.objects, &file, progress)).await?
}

/// One consistent state, whatever is written meanwhile.
async fn copy_database(db: &Db, copy: &Path) -> anyhow::Result<()> {
    let path = copy.display().to_string().replace('\'', "''");
    db.execute_unprepared(&format!("VACUUM INTO '{path}'"))
        .await
        .context("the database could not be copied")?;
    Ok(())
}

fn pack(
    database: &Path,
    objects: &Path,
    file: &Path,
    mut progress: impl FnMut(&BackupSummary),
) -> anyhow::Result<BackupSummary> {
    let mut name = file.as_os_str().to_owned();
    name.push(UNFINISHED);
    let unfinished = PathBuf::from(name);
    let out = File::create(&unfinished).with_context(|| format!("cannot write {}", unfinished.display()))?;
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::fast()));
    let mut contents = BackupSummary {
        objects: 0,
        bytes: database.metadata()?.len(),
    };
    archive.append_path_with_name(database, DATABASE)?;
    if objects.is_dir() {
        add_folder(
            &mut archive,
            objects,
            Path::new(OBJECTS),
            &mut contents,
            &mut progress,
        )?;
    }
    let out = archive.into_inner()?.finish()?;
    out.sync_all()?;
    fs::rename(&unfinished, file)?;
    Ok(contents)
}

fn add_folder(
    archive: &mut tar::Builder<GzEncoder<File>>,
    folder: &Path,
    name: &Path,
    contents: &mut BackupSummary,
    progress: &mut impl FnMut(&BackupSummary),
) -> anyhow::Result<()> {
    archive.append_dir(name, folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        if path.is_dir() {
            add_folder(archive, &path, &name, contents, progress)?;
        } else if !path.to_string_lossy().ends_with(UNFINISHED) {
            match File::open(&path) {
                Ok(mut object) => {
                    contents.objects += 1;
                    contents.bytes += object.metadata()?.len();
                    archive.append_file(&name, &mut object)?;
                    progress(contents);
                }
                // An upload whose report never came, removed just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Puts a backup back, where there is nothing yet.
pub async fn restore(config: &Config, file: &Path) -> anyhow::Result<BackupSummary> {
    let places = DataPaths::of(config)?;
    ensure!(
        !places.database.exists(),
        "{} exists already; a backup is restored into an empty place only",
        places.database.display()
    );
    ensure!(
        !holds_something(&places.objects),
        "{} is not empty; a backup is restored into an empty place only",
        places.objects.display()
    );
    fs::create_dir_all(&places.folder)?;
    let unpacked = tempfile::Builder::new()
        .prefix(".restore-")
        .tempdir_in(&places.folder)?;
    let (from, to) = (file.to_owned(), unpacked.path().to_owned());
    let contents = tokio::task::spawn_blocking(move || unpack(&from, &to)).await??;
    let database = unpacked.path().join(DATABASE);
    check(&database).await?;
    let objects = unpacked.path().join(OBJECTS);
    if objects.is_dir() {
        if places.objects.exists() {
            fs::remove_dir_all(&places.objects)?;
        }
        fs::rename(&objects, &places.objects)?;
    }
    if let Some(parent) = places.database.parent() {
        fs::create_dir_all(parent)?;
    }
    // Last: with it, the data are there.
    fs::rename(&database, &places.database)
        .with_context(|| format!("cannot put {} in its place", places.database.display()))?;
    Ok(contents)
}

/// A folder of buckets with nothing in them holds nothing.
fn holds_something(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths.any(|path| !path.is_dir() || holds_something(&path))
}

fn unpack(file: &Path, to: &Path) -> anyhow::Result<BackupSummary> {
    let archive = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut contents = BackupSummary::default();
    let entries = archive.entries().context("not a backup")?;
    for entry in entries {
        let mut entry = entry.context("the backup is damaged")?;
        let name = entry.path()?.into_owned();
        let kind = entry.header().entry_type();
        let ours = name == Path::new(DATABASE) || name.starts_with(OBJECTS);
        ensure!(
            ours && (kind.is_file() || kind.is_dir()),
            "not a backup of this product: it holds {}",
            name.display()
        );
        contents.bytes += entry.size();
        contents.objects += u64::from(kind.is_file() && name != Path::new(DATABASE));
        // Refuses names that lead out of the folder.
        ensure!(
            entry.unpack_in(to)?,
            "not a backup of this product: it holds {}",
            name.display()
        );
    }
    ensure!(
        to.join(DATABASE).is_file(),
        "not a backup of this product: it holds no database"
    );
    Ok(contents)
}

/// Whether the database is whole.
async fn check(database: &Path) -> anyhow::Result<()> {
    let db = db::connect(&format!("sqlite://{}", database.display())).await?;
    let found = db
        .query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Sqlite,
            "PRAGMA integrity_check",
        ))
        .await?;
    let said: String = found.context("no answer")?.try_get_by_index(0)?;
    ensure!(said == "ok", "the database in the backup is damaged: {said}");
    // Nothing may stay beside the file when it is moved.
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    db.close().await?;
    Ok(())
}
