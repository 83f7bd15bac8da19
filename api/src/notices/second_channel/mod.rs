//! A second channel for unread notices of people whose consents to pushes are used up.
//!
//! Read `rules.rs` (pure: channel and delay of each event, read from the city pack), then `send.rs` (the job) and
//! `store.rs`. `report.rs` counts the ledger for administrators.

pub mod report;
pub mod rules;
pub mod send;
pub(super) mod store;
