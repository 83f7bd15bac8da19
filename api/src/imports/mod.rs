//! Tables that people import: one way for the command line, the API and the console.
//!
//! In reading order: `kind` (which tables there are), `outcome` (the answer), `run` (reads, compares and writes),
//! `template` (an empty table to fill in), `routes`.

pub mod kind;
pub mod outcome;
pub mod routes;
pub mod run;
pub mod template;

pub use kind::ImportKind;
pub use outcome::ImportOutcome;
pub use run::{ImportRequest, run};
