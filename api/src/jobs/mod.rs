//! Work for later, done at least once and on any replica.
//!
//! `job` (a kind of job as a type) · `queue` (enqueue) · `lane` (pure: which work never waits for which) · `retry` (pure:
//! attempts and pauses) · `work` (what there is to run, filled in by `job_registry.rs`) · `held` (what the holder of jobs
//! may record) · `lease` (ownership of jobs) · `claim` (one transaction for all lanes) · `runner` (the workers) · `catch_up` (doing what is due without
//! workers) · `monitor` (how far a lane lags behind).

pub mod catch_up;
mod claim;
pub mod held;
pub mod job;
mod lane;
pub mod lease;
pub mod monitor;
pub mod queue;
mod retry;
pub mod runner;
pub mod work;

pub use held::Held;
pub use job::Job;
pub use lane::Lane;
pub use retry::RetryPolicy;
