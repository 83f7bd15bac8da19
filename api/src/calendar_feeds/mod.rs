//! Calendar feeds (日历订阅): the open deadlines of a unit or a committee for any calendar program.
//!
//! - `ics`: the format of RFC 5545 (pure)
//! - `store`: the queries
//! - `service`: feeds are created, rotated, revoked and read
//! - `routes`: the address that calendar programs ask

pub mod ics;
pub mod routes;
pub mod service;
mod store;
