//! Asking for places; the geometry itself is the crate `places`. `gazetteer.rs`: places told in words. `service.rs`,
//! `routes.rs`: asking for them.

pub mod gazetteer;
pub mod routes;
pub mod service;
pub mod view;
