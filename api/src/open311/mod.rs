//! Open311 GeoReport v2, the reading side, for everybody without an account: `routes.rs`, then `service.rs` (what is
//! asked and shown), `store.rs`, and `format.rs` (JSON and XML). Public-safe: no reporter, no words of a report, no
//! confidential report at all, places to about a hundred metres. Reporting through it is not offered: a report is a
//! delegate's, and Open311 has no way to say which.

pub mod format;
pub mod routes;
pub mod service;
pub mod store;
