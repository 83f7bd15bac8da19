//! `/console/admin`

pub mod dispatch;
pub mod roster;
