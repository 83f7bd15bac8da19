//! HEIC is turned into JPEG by a program of the machine's (`HEIF_CONVERT`), in a process of its own with a time
//! limit: the format's decoders have a history of holes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::photos::heif;
use crate::photos::intake::Refused;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Converts the primary image of a HEIC into a JPEG.
/// # Errors
/// `heic_unavailable` (415) without a converter, `photo_damaged` (422) if it fails.
pub async fn to_jpeg(converter: Option<&Path>, bytes: &[u8]) -> Result<Vec<u8>> {
    let converter = converter
        .filter(|path| path.is_file())
        .ok_or(Refused::HeicUnavailable)?;
    let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
    let (source, results) = (folder.path().join("in.heic"), folder.path().join("out"));
    let mut single = bytes.to_vec();
    heif::hide_all_but_primary(&mut single);
    let written = async {
        tokio::fs::create_dir(&results).await?;
        tokio::fs::write(&source, single).await
    };
    written.await.map_err(anyhow::Error::from)?;
    let mut command = tokio::process::Command::new(converter);
    command
        .args(["-q", "92"])
        .arg(&source)
        .arg(results.join("picture.jpg"))
        .kill_on_drop(true);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let ended = tokio::time::timeout(TIMEOUT, command.status()).await;
    if !matches!(ended, Ok(Ok(status)) if status.success()) {
        return Err(Error::from(Refused::Damaged));
    }
    let picture = only_file(&results).await?.ok_or(Refused::Damaged)?;
    tokio::fs::read(picture)
        .await
        .map_err(|_| Error::from(Refused::Damaged))
}

/// The one file in a folder, whatever the converter has called it.
async fn only_file(folder: &Path) -> Result<Option<PathBuf>> {
    let mut entries = tokio::fs::read_dir(folder).await.map_err(anyhow::Error::from)?;
    let first = entries.next_entry().await.map_err(anyhow::Error::from)?;
    let second = entries.next_entry().await.map_err(anyhow::Error::from)?;
    Ok(first.filter(|_| second.is_none()).map(|entry| entry.path()))
}
