//! 效果评估: asking the delegate (`asking.rs`), his verdict and what it brings about (`verdict.rs`), and the calls
//! an operator makes when nobody answers (`manual.rs`); which of them wait, `waiting.rs` says.

pub mod asking;
pub mod manual;
pub mod queue;
pub mod routes;
pub mod verdict;
pub mod waiting;
