//! Append-only log of administrators' actions: imports, activated boundaries, removed bindings, ended sessions, keys of other
//! systems, linked units, calendar feeds.
//!
//! `service.rs` writes it in the transaction of the change. All entries form one hash chain, so a changed or removed
//! entry is detected. `leaves.rs` hands entries, and the events of orders, to the Merkle tree.

pub mod leaves;
pub mod service;
mod store;

pub use service::{AuditActor, AuditEntry, record};
