//! Tables that people import: one way for the command line, the API and the console.
//!
//! In reading order: `kind` (which tables there are), `outcome` (the answer), `run` (reads, compares and writes), `departments` (units that leave),
//! `template` (an empty table to fill in), `routes`.

pub mod departments;
pub mod kind;
pub mod outcome;
pub mod routes;
pub mod run;
pub mod template;

pub use kind::ImportKind;
pub use outcome::ImportOutcome;
pub use run::{HistoryOptions, ImportRequest, run};
