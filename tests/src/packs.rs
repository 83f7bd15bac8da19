//! Copies of the built-in city pack that differ from it.

use std::path::Path;

use tempfile::TempDir;

use crate::app::CITY_PACK;

/// One of so many training texts is enough to learn from in seconds.
const THINNING: usize = 10;

/// Copies the pack into a folder.
#[must_use]
pub fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../api/city")
        .join(CITY_PACK);
    copy_folder(&pack, folder.path());
    folder
}

/// Copies the pack with a tenth of its training texts.
#[must_use]
pub fn with_few_texts() -> TempDir {
    let folder = copy();
    for file in std::fs::read_dir(folder.path().join("training")).expect("training texts") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let (heading, rows) = text.split_once('\n').expect("a heading");
        let kept = rows.lines().step_by(THINNING);
        let kept: Vec<_> = std::iter::once(heading).chain(kept).collect();
        std::fs::write(&path, kept.join("\n")).expect("write");
    }
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("copy");
        }
    }
}
