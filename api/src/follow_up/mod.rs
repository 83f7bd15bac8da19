//! 效果评估: asks delegates about a reply and records their verdicts.
//!
//! In reading order: `store` (queries), `automatic` (asks, reminds, queues a call), `unrated` (closes what was not to be
//! asked about), `left_reporters` (delegates who have left the roster), `verdict` (the verdict with its consequences),
//! `call_rules` (pure: which calls in vain count), `manual` (the calls of operators), `pending_calls` and `queue` (calls
//! to make), `routes`.

pub mod automatic;
pub mod call_rules;
pub mod left_reporters;
pub mod manual;
pub mod pending_calls;
pub mod queue;
pub mod routes;
mod store;
mod unrated;
pub mod verdict;
