//! Places. `datum.rs`: what a coordinate's numbers refer to. `boundaries.rs`: checked boundaries. `lookup/mod.rs`: which area a
//! point lies in, exactly. `county_map.rs`: the map. `compare.rs` and `overlay.rs`: two sets of boundaries, in numbers and
//! drawn over each other. Nothing here asks anybody or waits for anything.

pub mod boundaries;
pub mod compare;
pub mod county_map;
pub mod datum;
pub mod lookup;
pub mod overlay;
