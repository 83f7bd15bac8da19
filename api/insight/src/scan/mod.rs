//! Rises: which category, in which areas, comes more often than season, weekday and chance explain.
//!
//! A prospective space–time scan (Kulldorff 2001; Kulldorff et al. 2005) with an estimated baseline instead
//! of permutation, so that a rise of the whole city shows as well. `grid.rs` holds the counts, `baseline.rs`
//! says what would be expected, `zones.rs` which sets of areas are looked at, `cylinders.rs` finds the
//! strongest one, `draws.rs` makes random numbers, `rises.rs` puts them together. `docs/insight.md` has the
//! formulas.

pub mod baseline;
pub mod cylinders;
pub mod draws;
pub mod grid;
pub mod rises;
pub mod zones;

pub use grid::{Grid, Slot};
pub use rises::{Plan, Rise, scan};
