//! The last entry of an archive: what it holds, with hashes, in the order of its entries.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

pub(super) const NAME: &str = "manifest.json";
pub(super) const DATABASE: &str = "zhitong.sqlite";
pub(super) const OBJECTS: &str = "objects";
/// Raised when an older release could not read the archive.
pub(super) const FORMAT: u32 = 1;

/// Time and size of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BackupSummary {
    pub taken_at: DateTime<Utc>,
    pub objects: u64,
    /// Of the database and the objects, not compressed.
    pub bytes: u64,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub format: u32,
    pub taken_at: DateTime<Utc>,
    pub files: Vec<FileDigest>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileDigest {
    pub path: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub fn new(taken_at: DateTime<Utc>) -> Self {
        Self {
            format: FORMAT,
            taken_at,
            files: Vec::new(),
        }
    }

    pub fn summary(&self) -> BackupSummary {
        let objects = self.files.iter().filter(|file| file.path != DATABASE).count();
        BackupSummary {
            taken_at: self.taken_at,
            objects: objects.try_into().unwrap_or(u64::MAX),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
        }
    }
}

/// Hashes and counts what is read through it.
pub(super) struct HashingReader<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> HashingReader<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    pub fn finish(self, path: String) -> FileDigest {
        FileDigest {
            path,
            bytes: self.bytes,
            sha256: hex::encode(self.hash.finalize()),
        }
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.bytes += u64::try_from(read).unwrap_or_default();
        Ok(read)
    }
}
