//! Programs that tests need: those of the machine, which `tests/run` installs, and the product's own.

use std::path::{Path, PathBuf};

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

/// Returns the path of the product's program, which is built beside the tests.
/// # Panics
/// If it has not been built.
#[must_use]
pub fn product() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let binary = test.ancestors().nth(2).expect("a target folder").join("zhitong");
    assert!(
        binary.exists(),
        "{} is missing: cargo build --workspace",
        binary.display()
    );
    binary
}
