//! Pure: checks a proof file with nothing but the public key.

use entity::kinds::LeafKind;
use merkle::{Checkpoint, NoteError, ProofError, VerifyingKey, verify_consistency, verify_inclusion};

use super::items::{Content, ItemKind};
use super::proof_file::{ConsistencyProof, OrderProof, ProofFile, ProvenLeaf};
use super::state;
use crate::hash_chain::{self, GENESIS_HASH};

/// A fault of a proof file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("this is no proof file: {0}")]
    Form(String),
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    #[error("the signed text is no checkpoint")]
    NoCheckpoint,
    #[error("event {seq}: {why}")]
    Event { seq: i64, why: &'static str },
    #[error("event {seq}: {error}")]
    Inclusion { seq: i64, error: ProofError },
    #[error("{0}")]
    Consistency(#[from] ProofError),
    #[error("a hash of the proof is no hash")]
    Hash,
    #[error("the rows are not those that the last event's leaf binds")]
    Rows,
    #[error("the rows are not those of order {0}")]
    OtherOrder(String),
}

/// The statement that a valid file proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proven {
    Order {
        number: String,
        events: usize,
        rows: usize,
        checkpoint: Checkpoint,
    },
    Consistency {
        old: Checkpoint,
        new: Checkpoint,
    },
}

/// Checks a proof file.
pub fn check(text: &str, key: &VerifyingKey) -> Result<Proven, Unproven> {
    let file: ProofFile = serde_json::from_str(text).map_err(|error| Unproven::Form(error.to_string()))?;
    match file {
        ProofFile::Order(proof) => check_order(proof, key),
        ProofFile::Consistency(proof) => check_consistency(&proof, key),
    }
}

fn open(note: &str, key: &VerifyingKey) -> Result<Checkpoint, Unproven> {
    let checkpoint = Checkpoint::parse(key.open(note)?).ok_or(Unproven::NoCheckpoint)?;
    if checkpoint.origin == key.name() {
        Ok(checkpoint)
    } else {
        Err(Unproven::NoCheckpoint)
    }
}

fn hashes(texts: &[String]) -> Result<Vec<merkle::Hash>, Unproven> {
    let hash = |text: &String| hex::decode(text).ok()?.try_into().ok();
    texts
        .iter()
        .map(|text| hash(text).ok_or(Unproven::Hash))
        .collect()
}

fn check_order(proof: OrderProof, key: &VerifyingKey) -> Result<Proven, Unproven> {
    let checkpoint = open(&proof.checkpoint, key)?;
    let mut previous = GENESIS_HASH;
    for (seq, leaf) in (1..).zip(&proof.leaves) {
        check_event(&proof, leaf, seq, previous)?;
        let place = (leaf.index, checkpoint.size);
        let hash = leaf.entry.leaf_hash();
        verify_inclusion(&hash, place, &hashes(&leaf.proof)?, &checkpoint.root)
            .map_err(|error| Unproven::Inclusion { seq, error })?;
        previous = &leaf.entry.hash;
    }
    let items: Vec<_> = proof.rows.iter().map(Content::item).collect();
    let bound = proof.leaves.last().and_then(|leaf| leaf.entry.state.clone());
    if bound != Some(state::state_hash(&items)) {
        return Err(Unproven::Rows);
    }
    let order = proof.rows.iter().find(|row| row.kind == ItemKind::Order);
    let number = order.and_then(|row| row.fields.get("number")?.as_str());
    if number != Some(&proof.number) || order.is_none_or(|row| row.id != proof.order.0) {
        return Err(Unproven::OtherOrder(proof.number));
    }
    Ok(Proven::Order {
        events: proof.leaves.len(),
        rows: proof.rows.len(),
        number: proof.number,
        checkpoint,
    })
}

/// Checks that the event matches its leaf, follows the one before it, and belongs to the order.
fn check_event(proof: &OrderProof, leaf: &ProvenLeaf, seq: i64, previous: &str) -> Result<(), Unproven> {
    let fault = |why| Err(Unproven::Event { seq, why });
    let (entry, event) = (&leaf.entry, &leaf.event);
    if entry.kind != LeafKind::Event || entry.order != Some(proof.order) || entry.seq != seq {
        return fault("its leaf is of something else");
    }
    if event.prev_hash != previous {
        return fault("it does not follow the event before it");
    }
    if hash_chain::link_hash(&event.prev_hash, &event.fields) != entry.hash {
        return fault("it is not the event that the leaf binds");
    }
    let of_order = event.fields.get(0).and_then(|order| order.as_str()) == Some(&proof.order.to_string());
    if !of_order || event.fields.get(1).and_then(serde_json::Value::as_i64) != Some(seq) {
        return fault("it is of another order, or has another number");
    }
    Ok(())
}

fn check_consistency(proof: &ConsistencyProof, key: &VerifyingKey) -> Result<Proven, Unproven> {
    let (old, new) = (open(&proof.old, key)?, open(&proof.new, key)?);
    let hashes = hashes(&proof.proof)?;
    verify_consistency((old.size, &old.root), (new.size, &new.root), &hashes)?;
    Ok(Proven::Consistency { old, new })
}
