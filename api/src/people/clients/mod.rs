//! API clients: other systems that call the API with a key of their own.
//!
//! - `scopes`: which requests a key may make (pure)
//! - `rate`: requests per minute (pure)
//! - `service`: keys are created, rotated, revoked and recognised
//! - `store`: the queries
//! - `routes`: HTTP, for administrators

pub mod rate;
pub mod routes;
pub mod scopes;
pub mod service;
mod store;
