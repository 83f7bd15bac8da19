//! A signed checkpoint.

use chrono::{DateTime, Utc};
use entity::audit_checkpoint;

use super::store::to_u64;

/// A checkpoint as documents and pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    pub size: u64,
    /// Four groups of four characters that follow from the root.
    pub code: String,
    pub at: DateTime<Utc>,
    pub note: String,
}

impl SignedCheckpoint {
    pub(super) fn of(row: audit_checkpoint::Model) -> Self {
        let root = hex::decode(&row.root).unwrap_or_default();
        let root = <merkle::Hash>::try_from(root).unwrap_or_default();
        Self {
            size: to_u64(row.size),
            code: merkle::checkpoint::short_code(&root),
            at: row.at,
            note: row.note,
        }
    }
}
