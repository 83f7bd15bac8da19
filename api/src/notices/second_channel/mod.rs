//! A second channel for notices that are not read, because the consents to pushes are used up.
//!
//! Read `rules.rs` (pure: which event uses which channel after how long, read from the city pack), then `send.rs` (the
//! job) and `store.rs`. `report.rs` counts the ledger for administrators.

pub mod report;
pub mod rules;
pub mod send;
pub(super) mod store;
