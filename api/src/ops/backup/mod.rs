//! Backup and restoring of the embedded default: the SQLite file and the folder of objects, in one archive.
//!
//! May run while the product serves. Secrets are not in it; keep `DATA_KEY`, or nothing personal can be read again.
//!
//! `paths` (where the data are) · `manifest` (what an archive holds) · `sealing` (encryption with a passphrase) ·
//! `unnamed_file` (a file that exists only when it is complete) · `write` · `read` (restore, verify).

mod manifest;
mod paths;
mod read;
mod sealing;
mod unnamed_file;
mod write;

pub use manifest::BackupSummary;
pub use read::{restore, verify};
pub use write::back_up;
