//! “一类事”: what keeps coming back. The rules are in the pure crate `insight`; this is what feeds them and
//! keeps what they find. `daily.rs` is the nightly job: it brings `memory.rs` (the index of recent reports)
//! up to date, lets `groups.rs` and `rises.rs` find topics, and `record.rs` writes them down. `moves.rs` is
//! what an analyst does to a topic, `kinds.rs` (pure) the city's kinds, `same.rs` the reports that resemble
//! a new one. `reports/` writes analysis reports.

pub mod course;
pub mod daily;
pub mod groups;
pub mod kinds;
pub mod memory;
pub mod moves;
pub mod record;
pub mod reports;
pub mod rises;
pub mod routes;
pub mod same;
pub mod store;
pub mod view;
