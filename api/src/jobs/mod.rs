//! Work for later. `queue.rs` is for anyone who wants something done; `runner.rs` does it, at least once
//! and on any replica; `registry.rs` says what each kind of job runs.

pub mod queue;
pub mod registry;
pub mod runner;
