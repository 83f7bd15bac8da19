//! `/console/insight`

pub mod reports;
pub mod topics;
