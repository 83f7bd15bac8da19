//! Pure: the arithmetic of a transparency log. Nothing here reads a database, a file or the time.
//!
//! `hash` (leaves and nodes of RFC 6962) · `tiles` (how a tree is stored: 256 hashes per tile, as in C2SP tlog-tiles) ·
//! `proof` (inclusion and consistency of RFC 9162, made and checked) · `note` (C2SP signed notes, Ed25519) ·
//! `checkpoint` (C2SP tlog-checkpoint: size and root of a tree, and a short code for paper).

#![warn(missing_docs)]

pub mod checkpoint;
pub mod hash;
pub mod note;
pub mod proof;
pub mod tiles;

pub use checkpoint::Checkpoint;
pub use hash::{Hash, leaf_hash, node_hash};
pub use note::{NoteError, SigningKey, VerifyingKey};
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use tiles::{MissingTile, TileId, Tiles};
