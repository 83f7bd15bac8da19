//! “一类事”: what keeps coming back. The rules are in the pure crate `insight`; this is what feeds them and
//! keeps what they find. `daily.rs` is the nightly job: it lets `sorting.rs` put orders into the city's kinds
//! (`kinds.rs`, pure) and `groups.rs` and `rises.rs` find topics among the recent reports, which `orders` holds in
//! memory (`ledger.rs`, pure: the days' counts as the scan looks at them); `record.rs` writes them down. `moves.rs` is what an analyst does to a topic. `reports/` writes
//! analysis reports.

pub mod course;
pub mod daily;
pub mod groups;
pub mod kinds;
pub mod ledger;
pub mod moves;
pub mod record;
pub mod reports;
pub mod rises;
pub mod routes;
pub mod sorting;
pub mod store;
pub mod view;
