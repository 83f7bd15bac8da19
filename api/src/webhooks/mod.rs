//! Webhooks by the Standard Webhooks specification: calls to other systems about events of orders, matters under
//! supervision, hot topics and reports.
//!
//! - `event_type`: the events, and the events of each step of an order's history (pure)
//! - `signature`: secrets and signatures (pure)
//! - `retry`: delays before repetitions, and when a failing endpoint is disabled (pure)
//! - `target`: permitted addresses (pure)
//! - `outbox`: written in the transaction of the change
//! - `linked_units`: the units whose orders are handed over to the city's platform
//! - `payload`: the body of a call
//! - `endpoints`: created, rotated and deleted by administrators
//! - `store`: the queries
//! - `sender`: one HTTP call
//! - `worker`: turns outbox rows into deliveries and sends the due ones
//! - `partitions`: monthly partitions of the deliveries on PostgreSQL
//! - `routes`: HTTP

pub mod endpoints;
pub mod event_type;
pub mod linked_units;
pub mod outbox;
pub mod partitions;
pub mod payload;
pub mod retry;
pub mod routes;
pub mod sender;
pub mod signature;
mod store;
pub mod target;
pub mod worker;
