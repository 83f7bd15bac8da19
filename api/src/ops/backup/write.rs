//! Writing a backup. The database is copied first: an object is stored before a row names it, so whatever the copy names
//! is there when the objects are read.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context as _, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret as _, SecretString};

use super::manifest::{self, BackupSummary, DATABASE, HashingReader, Manifest, OBJECTS};
use super::paths::DataPaths;
use super::sealing::Sink;
use super::unnamed_file::{UNFINISHED, UnnamedFile};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db};

/// Writes a backup to `file`, which must not exist yet, encrypted if the configuration has a passphrase. `progress` hears
/// the number of objects.
///
/// # Errors
/// If the file exists already, cannot be written, or the data cannot be read. Nothing is left behind then, nor when the
/// process is killed, save for a copy of the database that the next backup removes.
pub async fn back_up(
    config: &Config,
    file: &Path,
    progress: impl FnMut(u64) + Send + 'static,
) -> anyhow::Result<BackupSummary> {
    let paths = DataPaths::new(config)?;
    ensure!(
        paths.database.is_file(),
        "{} does not exist",
        paths.database.display()
    );
    ensure!(!file.exists(), "{} exists already", file.display());
    let (name, out) =
        UnnamedFile::create(file).with_context(|| format!("cannot write {}", file.display()))?;
    let copies = paths.temporary_folder()?;
    let copy = copies.path().join(DATABASE);
    let taken_at = Clock::real().now();
    let db = db::connect(config.database.url.expose_secret()).await?;
    copy_database(&db, &copy).await?;
    db.close().await?;
    let database = File::open(&copy)?;
    // From here on, only this process knows the copy.
    drop(copies);
    let passphrase = config.backup_passphrase.clone();
    let pack = move || {
        let mut archive = Archive::new(out, passphrase.as_ref(), Manifest::new(taken_at), progress)?;
        archive.add(database, DATABASE)?;
        if paths.objects.is_dir() {
            archive.add_folder(&paths.objects, OBJECTS)?;
        }
        let (file, summary) = archive.finish()?;
        name.publish(&file)?;
        Ok(summary)
    };
    tokio::task::spawn_blocking(pack).await?
}

/// One consistent state, whatever is written meanwhile.
async fn copy_database(db: &Db, copy: &Path) -> anyhow::Result<()> {
    let path = copy.display().to_string().replace('\'', "''");
    db.execute_unprepared(&format!("VACUUM INTO '{path}'"))
        .await
        .context("the database could not be copied")?;
    Ok(())
}

struct Archive<P> {
    tar: tar::Builder<GzEncoder<Sink>>,
    manifest: Manifest,
    progress: P,
    objects: u64,
}

impl<P: FnMut(u64)> Archive<P> {
    fn new(
        file: File,
        passphrase: Option<&SecretString>,
        manifest: Manifest,
        progress: P,
    ) -> anyhow::Result<Self> {
        let sink = Sink::new(file, passphrase)?;
        Ok(Self {
            tar: tar::Builder::new(GzEncoder::new(sink, Compression::fast())),
            manifest,
            progress,
            objects: 0,
        })
    }

    fn add(&mut self, file: File, path: &str) -> anyhow::Result<()> {
        let mut header = header(file.metadata()?.len());
        let mut reader = HashingReader::new(file);
        self.tar.append_data(&mut header, path, &mut reader)?;
        self.manifest.files.push(reader.finish(path.to_owned()));
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path, path: &str) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().context("a name in the object store is not UTF-8")?;
            let path = format!("{path}/{name}");
            if entry.file_type()?.is_dir() {
                self.add_folder(&entry.path(), &path)?;
            } else if !name.ends_with(UNFINISHED) {
                match File::open(entry.path()) {
                    Ok(object) => {
                        self.add(object, &path)?;
                        self.objects += 1;
                        (self.progress)(self.objects);
                    }
                    // An upload whose report never came, removed just now.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<(File, BackupSummary)> {
        let text = serde_json::to_vec(&self.manifest)?;
        let mut header = header(text.len().try_into()?);
        self.tar
            .append_data(&mut header, manifest::NAME, text.as_slice())?;
        let file = self.tar.into_inner()?.finish()?.finish()?;
        Ok((file, self.manifest.summary()))
    }
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}
