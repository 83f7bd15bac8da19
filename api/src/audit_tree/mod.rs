//! The record as a transparency log: an append-only Merkle tree over every event of every order and every
//! administrator's action (`docs/audit.md`).
//!
//! `keys` (signing key, seals) · `entry`, `items`, `contents`, `state` (pure: a leaf's bytes, hashes of rows,
//! permitted changes) · `rows`, `store` (queries) · `sequencer` (appends committed entries) · `signed_checkpoint`,
//! `checkpoints` (signs and sends) · `mail`, `timestamps` (RFC 3161) · `worker`, `gauges` (run both, and show the lag)
//! · `report`, `verify`, `verify_orders` (rows against leaves) · `proof_file`, `prove`, `check` (proofs without the
//! database).

pub mod check;
pub mod checkpoints;
pub mod contents;
pub mod entry;
pub mod gauges;
pub mod items;
pub mod keys;
pub mod mail;
pub mod proof_file;
pub mod prove;
pub mod report;
mod rows;
pub mod sequencer;
pub mod signed_checkpoint;
pub mod state;
mod store;
mod timestamps;
pub mod verify;
mod verify_orders;
pub mod worker;
