//! Pure: the findings of a verification.

use serde::Serialize;

use super::state::How;

/// Maximum number of listed findings; further ones are only counted.
const MAX_FINDINGS: usize = 200;

/// The difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Finding {
    /// An event differs from the one that its leaf binds.
    EventChanged {
        order: String,
        seq: i64,
    },
    /// A leaf, or an entry that waits for one, has no event.
    EventRemoved {
        order: String,
        seq: i64,
    },
    /// An event that the product did not write.
    EventForged {
        order: String,
        seq: i64,
    },
    /// An order with leaves is missing.
    OrderRemoved {
        order: String,
    },
    /// An order without any event.
    OrderForged {
        order: String,
    },
    /// A row of an order differs from the one that its leaves bind.
    Row {
        order: String,
        item: &'static str,
        id: String,
        how: How,
    },
    /// The stored hashes of an order's rows are not those of its leaf.
    StateChanged {
        order: String,
    },
    ActChanged {
        seq: i64,
    },
    ActRemoved {
        seq: i64,
    },
    ActForged {
        seq: i64,
    },
    /// The leaf with this number is missing or out of sequence.
    LeafRemoved {
        index: u64,
    },
    /// The stored tree is not the tree of the leaves.
    TilesChanged,
    /// The tree is not the one of this checkpoint, which the product has signed.
    CheckpointBroken {
        size: u64,
        from_file: bool,
    },
    /// The tree is shorter than the one of the checkpoint: its end was removed.
    Truncated {
        size: u64,
        leaves: u64,
    },
    /// A checkpoint that no configured key has signed.
    CheckpointForged {
        size: u64,
        from_file: bool,
    },
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TreeReport {
    pub leaves: u64,
    pub events: u64,
    pub orders: u64,
    pub acts: u64,
    /// Committed entries that are not in the tree yet.
    pub waiting: u64,
    /// Number of compared checkpoints.
    pub checkpoints: u64,
    pub findings: Vec<Finding>,
    /// Number of findings beyond the listed ones.
    pub more_findings: u64,
}

impl TreeReport {
    pub fn find(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more_findings += 1;
        }
    }

    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}
