//! Asking for places; the geometry itself is the crate `places`. `words.rs`: places told in words. `service.rs`,
//! `routes.rs`: asking for them.

pub mod routes;
pub mod service;
pub mod words;
