//! Places. `datum.rs`: what a coordinate's numbers refer to. `shapes.rs`: checked boundaries. `lookup.rs`: which area a
//! point lies in, exactly. `outlines.rs`: the map. Nothing here asks anybody or waits for anything.

pub mod datum;
pub mod lookup;
pub mod outlines;
pub mod shapes;
