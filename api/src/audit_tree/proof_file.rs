//! Pure: files that prove statements about the record without the database (format: `docs/audit.md`).

use entity::ids::OrderId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::Entry;
use super::items::Content;

/// A proof, named by its format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "format")]
pub enum ProofFile {
    /// One order: its events, and its rows after the last of them.
    #[serde(rename = "zhitong-order-proof/1")]
    Order(OrderProof),
    /// A later checkpoint continues an earlier one.
    #[serde(rename = "zhitong-consistency-proof/1")]
    Consistency(ConsistencyProof),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderProof {
    pub number: String,
    pub order: OrderId,
    /// The signed note.
    pub checkpoint: String,
    /// One per event, oldest first.
    pub leaves: Vec<ProvenLeaf>,
    /// The rows that the last leaf binds.
    pub rows: Vec<Content>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProvenLeaf {
    pub index: u64,
    pub entry: Entry,
    pub event: ProvenEvent,
    /// The hashes of the inclusion proof, hexadecimal.
    pub proof: Vec<String>,
}

/// An event as its chain hash covers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProvenEvent {
    pub prev_hash: String,
    /// Order, number, action, person, role, unit, time in microseconds, status before and after, round, visibility, note,
    /// detail, photos.
    pub fields: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// The signed note of the earlier tree.
    pub old: String,
    pub new: String,
    pub proof: Vec<String>,
}
