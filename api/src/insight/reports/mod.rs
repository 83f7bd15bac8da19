//! 专项分析报告. A report is requested (or scheduled), written by a job from the state of the orders at that instant, and
//! stored with these facts, so that every number can be recalculated.
//!
//! Read `facts.rs` and `slice.rs` for what is counted, `sections.rs`, `problems.rs` and `cases.rs` (pure; `case_files.rs`
//! loads their orders) for what is said, `write_job.rs` for the job, `schedule.rs` for the calendar's own reports, `drafts/` for
//! editing, issuing and sending. `files.rs` makes PDF, DOCX and XLSX of a `report_file.rs`.

pub mod body;
mod case_files;
mod cases;
pub mod chart;
mod compare;
mod docx;
pub mod drafts;
pub mod facts;
mod files;
pub mod period;
mod problems;
mod report_file;
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
