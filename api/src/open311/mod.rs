//! Open311 GeoReport v2.
//!
//! Reading needs no account: `service.rs` (parameters and responses), `store.rs`. Responses leave out reporters, texts
//! of reports and confidential reports, and round places to about a hundred metres. Filing is for API clients:
//! `form.rs` (their form, pure), `submit.rs` (message or order). `routes.rs` and `format.rs` (JSON and XML) serve
//! both.

pub mod form;
pub mod format;
pub mod routes;
pub mod service;
pub mod store;
mod submit;
