//! Places. `datum.rs`: what a coordinate's numbers refer to. `shapes.rs`: checked boundaries. `lookup.rs`: which area a
//! point lies in, exactly. `outlines.rs`: the map. `compare.rs` and `overlay.rs`: two sets of boundaries, in numbers and
//! drawn over each other. Nothing here asks anybody or waits for anything.

pub mod compare;
pub mod datum;
pub mod lookup;
pub mod outlines;
pub mod overlay;
pub mod shapes;
