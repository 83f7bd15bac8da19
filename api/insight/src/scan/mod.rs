//! Rises: which category, in which areas, comes more often than season, weekday and chance explain.
//!
//! A prospective space–time scan (Kulldorff 2001; Kulldorff et al. 2005) with an estimated baseline instead
//! of permutation, so that a rise of the whole city shows as well. `grid.rs` holds the counts, `calendar.rs` says how days
//! differ, `baseline.rs` what would be expected, `zones.rs` which sets of areas are looked at, `cylinders.rs` finds the
//! strongest one, `replay.rs` repeats the past, `dispersion.rs` learns from its errors, `random.rs` makes random numbers,
//! `detect.rs` puts them together. `docs/insight.md` has the formulas.

pub mod baseline;
pub mod calendar;
pub mod cylinders;
pub mod detect;
pub mod dispersion;
pub mod grid;
pub mod random;
pub mod replay;
pub mod zones;

pub use detect::{Rise, ScanConfig, scan, scan_known};
pub use grid::{Grid, Slot};
