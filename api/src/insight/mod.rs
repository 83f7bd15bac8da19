//! “一类事”: what keeps coming back. The rules are in the pure crate `insight`; this is what feeds them and
//! keeps what they find. `nightly.rs` is the nightly job: it lets `kind_assignment.rs` put orders into the city's kinds
//! (`kinds.rs`, pure) and `topic_matching.rs` and `rises.rs` find topics among the recent reports, which `orders` holds in
//! memory (`day_counts.rs`, pure: the days' counts as the scan looks at them); `persist.rs` writes them down. `topic_actions.rs` is what an analyst does to a topic. `reports/` writes
//! analysis reports.

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
