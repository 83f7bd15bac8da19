//! 限时办理: when what is due, and what colour its light is.
//!
//! Read in this order, all of it pure: `calendar` and `statutory` (which days count), `announcement` (a notice merged into its years), `policy` (the city's numbers), `clocks` (the
//! two clocks of a round), `explain` (the sum a clerk can check), `extension` and `returns` (what a unit may ask),
//! `lights` (yellow and red). `files` reads the city's calendar and policy;
//! `running` keeps the clocks of an order as rows.

pub mod announcement;
pub mod calculator;
pub mod calendar;
pub mod deadline_rows;
pub mod explain;
pub mod extension;
pub mod lights;
pub mod parse;
pub mod policy;
pub mod returns;
pub mod statutory;

/// The job that recalculates provisional deadlines; enqueued when a year is announced.
pub struct RecalculateDeadlines;
/// The job that recalculates all running deadlines; enqueued when an announced year has changed and this was asked for.
pub struct RecalculateAllDeadlines;

#[cfg(test)]
pub(crate) mod test_fixtures;

pub use calculator::{Deadline, DeadlineRules};
pub use calendar::Calendar;
pub use explain::Explanation;
pub use policy::Policy;
