//! Webhooks by the Standard Webhooks specification: other systems are called when something happens to an order, a matter
//! under supervision, a hot topic or a report.
//!
//! - `event_type`: the events, and which of them a step of an order's history stands for (pure)
//! - `signature`: secrets and signatures (pure)
//! - `retry`: when a failed call is repeated, and when an endpoint is given up (pure)
//! - `target`: which addresses may be called (pure)
//! - `outbox`: written in the transaction of the change
//! - `linked_units`: the units whose orders are handed over to the city's platform
//! - `payload`: the body of a call
//! - `endpoints`: created, rotated and deleted by administrators
//! - `store`: the queries
//! - `sender`: one HTTP call
//! - `worker`: turns outbox rows into deliveries and sends those that are due
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
