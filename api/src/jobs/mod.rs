//! Work for later, done at least once and on any replica.
//!
//! `job` (a kind of job as a type) · `queue` (enqueue) · `lane` (pure: kinds of work that never wait for one another)
//! · `retry` (pure: attempts and pauses) · `work` (all work, supplied by `job_registry.rs`) · `held` (statements of
//! the holder of jobs) · `lease` (ownership of jobs) · `claim` (one transaction for all lanes) · `runner` (the
//! workers) · `catch_up` (due work without the workers) · `monitor` (lag of each lane).

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
