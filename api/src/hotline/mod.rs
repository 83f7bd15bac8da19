//! 代表来电 and the operators' desk.
//!
//! `callers.rs` identifies the calling delegate, `service.rs` files the call, `relay.rs` connects units with delegates
//! by a masked number, `signature.rs` verifies the call centre's requests, `queue/` lists the items that wait for an
//! operator.

pub mod callers;
pub mod queue;
pub mod relay;
pub mod routes;
pub mod service;
pub mod signature;
mod store;
