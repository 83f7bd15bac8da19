//! Pure geography. `datum.rs`: datums of coordinates. `boundaries.rs`: checked boundaries.
//!
//! `lookup/mod.rs`: exact lookup of a point's area. `county_map.rs`: the map. `compare.rs` and `overlay.rs`: two sets
//! of boundaries compared, in numbers and as a drawing.

#![warn(missing_docs)]

pub mod boundaries;
pub mod compare;
pub mod county_map;
pub mod datum;
pub mod lookup;
pub mod overlay;
