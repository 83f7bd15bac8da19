//! A file that has no name until it is complete: a process that is killed leaves nothing behind.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

/// Suffix of a file while it is written, on file systems without unnamed files.
pub(super) const UNFINISHED: &str = ".part";

/// The name that a file gets when it is complete.
pub(super) struct UnnamedFile {
    target: PathBuf,
    /// `None` while the file has no name at all. Removed when dropped before [`Self::publish`].
    unfinished: Option<PathBuf>,
}

impl UnnamedFile {
    /// Opens a new file for writing, in the folder of `target`.
    ///
    /// # Errors
    /// If `target` exists, or its folder cannot be written.
    pub fn create(target: &Path) -> io::Result<(Self, File)> {
        if target.exists() {
            return Err(exists(target));
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let (file, unfinished) = match rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR) {
            Ok(descriptor) => (File::from(descriptor), None),
            Err(_) => {
                let mut name = target.as_os_str().to_owned();
                name.push(UNFINISHED);
                (File::create(&name)?, Some(PathBuf::from(name)))
            }
        };
        let target = target.to_owned();
        Ok((Self { target, unfinished }, file))
    }

    /// Gives the complete file its name, once its bytes are on disk.
    pub fn publish(mut self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        let Some(unfinished) = &self.unfinished else {
            let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
            rustix::fs::linkat(CWD, descriptor, CWD, &self.target, AtFlags::SYMLINK_FOLLOW)?;
            return Ok(());
        };
        if self.target.exists() {
            return Err(exists(&self.target));
        }
        fs::rename(unfinished, &self.target)?;
        self.unfinished = None;
        Ok(())
    }
}

impl Drop for UnnamedFile {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.unfinished {
            let _ = fs::remove_file(unfinished);
        }
    }
}

fn exists(target: &Path) -> io::Error {
    io::Error::new(
        io::ErrorKind::AlreadyExists,
        format!("{} exists already", target.display()),
    )
}
