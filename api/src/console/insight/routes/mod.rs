//! `/console/insight`

pub mod report;
mod report_forms;
pub mod reports;
pub mod topics;
