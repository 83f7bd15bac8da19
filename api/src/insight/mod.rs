//! “一类事”: recurring problems.
//!
//! The rules are in the pure crate `insight`; this capability feeds them and stores the results. `nightly.rs` is the
//! nightly job: `kind_assignment.rs` assigns orders to the city's kinds (`kinds.rs`, pure), `topic_matching.rs` and
//! `rises.rs` find topics among the recent reports, which `orders` keeps in memory (`day_counts.rs`, pure: counts per
//! day for the scan), and `persist.rs` stores them. `topic_actions.rs` are an analyst's actions on a topic. `reports/`
//! writes analysis reports.

pub mod alert_rules;
pub mod day_counts;
pub mod kind_assignment;
pub mod kinds;
pub mod nightly;
pub mod persist;
pub mod reports;
pub mod rises;
pub mod routes;
pub mod store;
pub mod topic_actions;
pub mod topic_matching;
pub mod view;
