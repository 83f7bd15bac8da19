//! The link with the city's 12345 platform: what the platform reports about orders comes in as events, each applied once.
//!
//! Orders go out by webhook, with the platform's own unit code.
//!
//! - `event`: an event as it comes in, checked (pure)
//! - `service`: applies an event by the order's lifecycle and remembers the answer
//! - `changes`: the orders in the order of their last change
//! - `reconcile`: what differs between the platform's list and ours
//! - `store`: the queries
//! - `routes`: HTTP

pub mod changes;
pub mod event;
pub mod reconcile;
pub mod routes;
pub mod service;
mod store;
