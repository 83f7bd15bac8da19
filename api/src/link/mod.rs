//! The link with the city's 12345 platform. The platform reports on orders by events; each is applied once.
//!
//! Webhooks send the orders, with the platform's own unit code.
//!
//! - `event`: checks an incoming event (pure)
//! - `service`: applies an event by the order's lifecycle and stores the answer
//! - `changes`: the orders in the order of their last change
//! - `reconcile`: differences between the platform's list and ours
//! - `store`: the queries
//! - `routes`: HTTP

pub mod changes;
pub mod event;
pub mod reconcile;
pub mod routes;
pub mod service;
mod store;
