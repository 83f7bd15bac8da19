//! Places. `datum.rs`: what a coordinate's numbers refer to. `shapes.rs`: checked boundaries. `lookup.rs`:
//! which area a point lies in, exactly. `outlines.rs`: the map. `words.rs`: places told in words. `service.rs`, `routes.rs`: asking for
//! them.

pub mod datum;
pub mod lookup;
pub mod outlines;
pub mod routes;
pub mod service;
pub mod shapes;
pub mod words;
