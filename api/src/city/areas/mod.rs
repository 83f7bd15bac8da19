//! Lookup of places; the geometry is in the crate `places`. `gazetteer.rs`: by words. `service.rs`, `routes.rs`: by
//! point.

pub mod gazetteer;
pub mod routes;
pub mod service;
pub mod view;
