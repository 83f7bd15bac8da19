//! Open311 GeoReport v2.
//!
//! Reading is for everybody without an account: `service.rs` (what is asked and shown), `store.rs`. Public-safe: no
//! reporter, no words of a report, no confidential report at all, places to about a hundred metres. Filing is for API
//! clients: `form.rs` (what they send, pure), `submit.rs` (message or order). `routes.rs` and `format.rs` (JSON and XML)
//! serve both.

pub mod form;
pub mod format;
pub mod routes;
pub mod service;
pub mod store;
mod submit;
