//! 效果评估: asks the delegate (`automatic.rs`), records the verdict with its consequences (`verdict.rs`), and covers the
//! calls that an operator makes when nobody answers (`manual.rs`); `pending_calls.rs` lists pending calls.

pub mod automatic;
pub mod manual;
pub mod pending_calls;
pub mod queue;
pub mod routes;
pub mod verdict;
