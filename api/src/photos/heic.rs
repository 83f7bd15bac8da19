//! HEIC is turned into JPEG by a program of the machine's (`HEIF_CONVERT`), in a process of its own with a time
//! limit: the format's decoders have a history of holes.

use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::photos::intake::Refused;

const PATIENCE: Duration = Duration::from_secs(20);

/// The JPEG of a HEIC, or the refusal that tells what to do.
pub async fn to_jpeg(converter: Option<&Path>, bytes: &[u8]) -> Result<Vec<u8>> {
    let converter = converter
        .filter(|path| path.is_file())
        .ok_or(Refused::HeicUnavailable)?;
    let folder = tempfile::tempdir().map_err(anyhow::Error::from)?;
    let (source, target) = (folder.path().join("in.heic"), folder.path().join("out.jpg"));
    tokio::fs::write(&source, bytes)
        .await
        .map_err(anyhow::Error::from)?;
    let mut command = tokio::process::Command::new(converter);
    command
        .args(["-q", "92"])
        .arg(&source)
        .arg(&target)
        .kill_on_drop(true);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let ended = tokio::time::timeout(PATIENCE, command.status()).await;
    if !matches!(ended, Ok(Ok(status)) if status.success()) {
        return Err(Error::from(Refused::Damaged));
    }
    tokio::fs::read(&target)
        .await
        .map_err(|_| Error::from(Refused::Damaged))
}
