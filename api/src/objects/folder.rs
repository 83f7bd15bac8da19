//! Objects in a folder, durably: written to a temporary file, synced, renamed, and the folder synced, before anybody is
//! told that they are stored.
//!
//! One file an object: a small header (type, entity tag), then the bytes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

const TEMPORARY: &str = ".part";
/// No upload takes this long.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
const MAX_KEY_BYTES: usize = 512;
const MAX_HEADER_BYTES: u32 = 4096;

/// The metadata of an object.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Header {
    pub content_type: Option<String>,
    pub entity_tag: String,
}

/// An object opened for reading, at its first byte.
pub struct StoredObject {
    pub header: Header,
    pub file: File,
    pub length: u64,
    /// Where the bytes begin in the file.
    pub offset: u64,
    pub modified: std::time::SystemTime,
}

#[derive(Clone, Debug)]
pub struct FileStore {
    root: PathBuf,
    durable: DurableFolders,
}

/// Folders whose own entry is known to survive a power cut, because this process has synced the folder above them since
/// they were there. Clones share it.
#[derive(Clone, Debug, Default)]
struct DurableFolders(Arc<Mutex<HashSet<PathBuf>>>);

impl DurableFolders {
    /// Syncs the folder of a new entry, and the folders above it up to `root` unless they are known to be durable.
    fn sync_entry(&self, folder: &Path, root: &Path) -> io::Result<()> {
        sync_folder(folder)?;
        let mut entry = folder;
        while let Some(parent) = entry.parent().filter(|parent| parent.starts_with(root)) {
            if !self.is_known(entry) {
                sync_folder(parent)?;
                self.lock().insert(entry.to_owned());
            }
            entry = parent;
        }
        Ok(())
    }

    fn is_known(&self, folder: &Path) -> bool {
        self.lock().contains(folder)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileStore {
    /// Opens the folder and removes what a crash left half-written.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let folder = Self {
            root: root.to_owned(),
            durable: DurableFolders::default(),
        };
        folder.remove_temporary(root)?;
        Ok(folder)
    }

    fn remove_temporary(&self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.remove_temporary(&path)?;
            } else if path.to_string_lossy().ends_with(TEMPORARY) && is_abandoned(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    pub fn create_bucket(&self, bucket: &str) -> io::Result<bool> {
        let path = self.path(bucket, None)?;
        let new = !path.is_dir();
        fs::create_dir_all(&path)?;
        sync_folder(&self.root)?;
        Ok(new)
    }

    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.path(bucket, None).is_ok_and(|path| path.is_dir())
    }

    /// A temporary file beside where the object will be.
    pub fn begin(&self, bucket: &str, key: &str, content_type: Option<String>) -> io::Result<PendingObject> {
        if !self.has_bucket(bucket) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let target = self.path(bucket, Some(key))?;
        let parent = target.parent().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        fs::create_dir_all(&parent)?;
        let temporary = parent.join(format!("{}{TEMPORARY}", Uuid::new_v4()));
        let mut file = File::create_new(&temporary)?;
        let header = Header {
            content_type,
            entity_tag: Uuid::new_v4().simple().to_string(),
        };
        let text = serde_json::to_vec(&header)?;
        let length = u32::try_from(text.len())
            .ok()
            .filter(|n| *n <= MAX_HEADER_BYTES)
            .ok_or(io::ErrorKind::InvalidInput)?;
        file.write_all(&length.to_be_bytes())?;
        file.write_all(&text)?;
        Ok(PendingObject {
            file: Some(file),
            temporary,
            target,
            root: self.root.clone(),
            durable: self.durable.clone(),
            header,
        })
    }

    pub fn read(&self, bucket: &str, key: &str) -> io::Result<StoredObject> {
        let mut file = File::open(self.path(bucket, Some(key))?)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut length = [0; 4];
        file.read_exact(&mut length)?;
        let header_length = u32::from_be_bytes(length);
        if header_length > MAX_HEADER_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut text = vec![0; header_length as usize];
        file.read_exact(&mut text)?;
        let offset = 4 + u64::from(header_length);
        let length = metadata.len().saturating_sub(offset);
        file.seek(SeekFrom::Start(offset))?;
        Ok(StoredObject {
            header: serde_json::from_slice(&text)?,
            file,
            length,
            offset,
            modified: metadata.modified()?,
        })
    }

    /// Deleting what is not there is fine, as S3 has it.
    pub fn delete(&self, bucket: &str, key: &str) -> io::Result<()> {
        let path = self.path(bucket, Some(key))?;
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(path.parent().unwrap_or(&self.root)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keys with a prefix, after a key, in order.
    pub fn keys(&self, bucket: &str, prefix: &str, after: &str) -> io::Result<Vec<String>> {
        let root = self.path(bucket, None)?;
        let mut keys = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let key = path
                    .strip_prefix(&root)
                    .map(|key| key.to_string_lossy().into_owned());
                keys.extend(key.into_iter().filter(|key| {
                    key.starts_with(prefix) && key.as_str() > after && !key.ends_with(TEMPORARY)
                }));
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }

    /// The path of an object. Keys are letters, digits, `.`, `-`, `_` and `/`, so no key leaves the folder.
    fn path(&self, bucket: &str, key: Option<&str>) -> io::Result<PathBuf> {
        let mut path = self.root.clone();
        for part in std::iter::once(bucket).chain(key.into_iter().flat_map(|key| key.split('/'))) {
            let plain = part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
            if part.is_empty()
                || part.starts_with('.')
                || part.ends_with(TEMPORARY)
                || !plain
                || part.len() > MAX_KEY_BYTES
            {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            path.push(part);
        }
        Ok(path)
    }
}

/// An object being written; dropped before `commit` it leaves nothing.
pub struct PendingObject {
    file: Option<File>,
    temporary: PathBuf,
    target: PathBuf,
    root: PathBuf,
    durable: DurableFolders,
    header: Header,
}

impl PendingObject {
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file
            .as_mut()
            .ok_or(io::ErrorKind::BrokenPipe)?
            .write_all(bytes)
    }

    /// Syncs file and folders: once this returns, the object survives a power cut.
    pub fn commit(mut self) -> io::Result<Header> {
        let file = self.file.take().ok_or(io::ErrorKind::BrokenPipe)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&self.temporary, &self.target)?;
        let folder = self.target.parent().unwrap_or(&self.root);
        self.durable.sync_entry(folder, &self.root)?;
        Ok(self.header.clone())
    }
}

impl Drop for PendingObject {
    fn drop(&mut self) {
        // After a commit the file has moved away, and this does nothing.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// A command may open the folder while the server is writing into it.
fn is_abandoned(path: &Path) -> bool {
    let age = fs::metadata(path)
        .and_then(|file| file.modified())
        .map(|written| written.elapsed());
    matches!(age, Ok(Ok(age)) if age > ABANDONED_AFTER)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(folder: &FileStore, key: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        folder.read("b", key)?.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn what_is_committed_is_read_back_and_what_is_not_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = FileStore::open(root.path()).unwrap();
        assert!(folder.create_bucket("b").unwrap());
        assert!(!folder.create_bucket("b").unwrap());
        let mut writing = folder
            .begin("b", "a/x.jpg", Some("image/jpeg".to_owned()))
            .unwrap();
        writing.write(b"one").unwrap();
        drop(writing);
        assert!(read_all(&folder, "a/x.jpg").is_err());
        assert_eq!(fs::read_dir(root.path().join("b/a")).unwrap().count(), 0);
        let mut writing = folder
            .begin("b", "a/x.jpg", Some("image/jpeg".to_owned()))
            .unwrap();
        writing.write(b"two").unwrap();
        let header = writing.commit().unwrap();
        assert_eq!(read_all(&folder, "a/x.jpg").unwrap(), b"two");
        assert_eq!(folder.read("b", "a/x.jpg").unwrap().header, header);
        folder.delete("b", "a/x.jpg").unwrap();
        folder.delete("b", "a/x.jpg").unwrap();
        assert!(read_all(&folder, "a/x.jpg").is_err());
    }

    #[test]
    fn keys_come_in_order_and_half_written_ones_do_not() {
        let root = tempfile::tempdir().unwrap();
        let folder = FileStore::open(root.path()).unwrap();
        folder.create_bucket("b").unwrap();
        for key in ["a/2", "b/1", "a/1", "a/x/3"] {
            folder.begin("b", key, None).unwrap().commit().unwrap();
        }
        let _half = folder.begin("b", "a/0", None).unwrap();
        assert_eq!(folder.keys("b", "a/", "").unwrap(), ["a/1", "a/2", "a/x/3"]);
        assert_eq!(folder.keys("b", "", "a/2").unwrap(), ["a/x/3", "b/1"]);
    }

    #[test]
    fn no_key_leaves_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = FileStore::open(root.path()).unwrap();
        folder.create_bucket("b").unwrap();
        for key in [
            "../x",
            "a/../../x",
            "/etc/passwd",
            "a//b",
            ".hidden",
            "a/.part",
            "x.part",
            "名字",
            "",
        ] {
            assert!(folder.begin("b", key, None).is_err(), "{key}");
            assert!(folder.read("b", key).is_err(), "{key}");
        }
    }

    #[test]
    fn what_a_crash_left_is_removed_at_the_next_start() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("b/a")).unwrap();
        let old = root.path().join("b/a/1234.part");
        let file = File::create(&old).unwrap();
        fs::write(root.path().join("b/a/5678.part"), b"being written").unwrap();
        let long_ago = file.metadata().unwrap().modified().unwrap() - 2 * ABANDONED_AFTER;
        file.set_modified(long_ago).unwrap();
        FileStore::open(root.path()).unwrap();
        assert!(!old.exists());
        assert_eq!(fs::read_dir(root.path().join("b/a")).unwrap().count(), 1);
    }
}
