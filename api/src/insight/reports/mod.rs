//! 专项分析报告. A report is requested (or scheduled), written by a job from the state of the orders at that instant, and
//! stored with these facts, so that every number can be recalculated.
//!
//! Read `facts.rs` and `slice.rs` for what is counted, `sections.rs` and `findings.rs` for what is said,
//! `write_job.rs` for the job, `schedule.rs` for the calendar's own reports. `files.rs` makes PDF, DOCX and XLSX.

pub mod body;
pub mod chart;
mod compare;
mod docx;
pub mod facts;
mod files;
mod findings;
pub mod period;
pub mod routes;
pub mod schedule;
mod sections;
pub mod service;
pub mod slice;
mod store;
mod tables;
mod tally;
pub mod view;
pub mod write_job;
mod writer;
mod xlsx;
