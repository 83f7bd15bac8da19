//! Work for later, done at least once and on any replica.
//!
//! `queue` (enqueue) · `lane` (pure: which work never waits for which) · `work` (what there is to run, filled in by
//! `job_registry.rs`) · `lease` (ownership of jobs) · `runner` (the workers) · `catch_up` (doing what is due without
//! workers) · `monitor` (how far a lane lags behind).

pub mod catch_up;
mod lane;
pub mod lease;
pub mod monitor;
pub mod queue;
pub mod runner;
pub mod work;

pub use lane::Lane;
