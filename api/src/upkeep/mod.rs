//! Maintenance on a schedule: retention and backups, by the times of the city's policy, and the check for a missing holiday notice.
//!
//! - `plan`: when each runs (pure)
//! - `schedule`: puts the next run into the job queue
//! - `purge_expired`, `take_backup`, `holiday_notice`: the jobs
//! - `start`: what is scheduled when the server starts
//! - `runs`: what ran, with its result
//! - `check` (pure), `machine`: a line about one part; lines that need no running product
//! - `status`: the state of the whole system for administrators

pub mod check;
pub mod holiday_notice;
pub mod machine;
pub mod plan;
pub mod purge_expired;
pub mod runs;
pub mod schedule;
pub mod start;
pub mod status;
pub mod take_backup;
