//! 限时办理: when what is due, and what colour its light is.
//!
//! Read in this order, all of it pure: `calendar` (which days count), `policy` (the city's numbers), `clocks` (the
//! two clocks of a round), `explain` (the sum a clerk can check), `extension` and `returns` (what a unit may ask),
//! `lights` (yellow and red). `files` reads the city's calendar and policy;
//! `running` keeps the clocks of an order as rows.

pub mod calculator;
pub mod calendar;
pub mod deadline_rows;
pub mod explain;
pub mod extension;
pub mod lights;
pub mod parse;
pub mod policy;
pub mod returns;

/// The job that recalculates provisional deadlines; enqueued when a year is announced.
pub const RECOUNT: &str = "recount_deadlines";

#[cfg(test)]
mod test_fixtures;

pub use calculator::{Deadline, DeadlineRules};
pub use calendar::Calendar;
pub use explain::Explanation;
pub use policy::Policy;
