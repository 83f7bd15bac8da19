//! Programs of the machine that tests need; `tests/run` installs them.

use std::path::Path;

/// Folders of Debian's programs; servers are where the path of an ordinary user does not lead.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];

/// Returns the path of a program.
/// # Panics
/// If it is not installed.
#[must_use]
pub fn program(name: &str) -> String {
    let paths = FOLDERS.map(|folder| format!("{folder}/{name}"));
    let found = paths.into_iter().find(|path| Path::new(path).exists());
    found.unwrap_or_else(|| panic!("{name} is not installed: run `tests/run`, which installs it"))
}
