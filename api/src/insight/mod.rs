//! “一类事”: what keeps coming back, and what is said about it. `reports/` writes analysis reports.

pub mod reports;
