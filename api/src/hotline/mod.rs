//! 代表来电 and the operators' desk: a call is filed for the delegate who makes it (`callers.rs` recognises him,
//! `service.rs` files, `signature.rs` checks the call centre's own requests), and `queue/` is what waits for an operator.

pub mod callers;
pub mod queue;
pub mod routes;
pub mod service;
pub mod signature;
mod store;
