//! 效果评估: asking the delegate (`automatic.rs`), his verdict and what it brings about (`verdict.rs`), and the calls
//! an operator makes when nobody answers (`manual.rs`); which of them wait, `pending_calls.rs` says.

pub mod automatic;
pub mod manual;
pub mod pending_calls;
pub mod queue;
pub mod routes;
pub mod verdict;
