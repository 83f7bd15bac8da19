//! 有事请扫码: printed codes at places. A delegate who scans one reports with place and category filled in; a resident
//! leaves a message without an account, which the site's delegates take up or answer.
//!
//! Read `service.rs` (the sites), then `visits.rs` (who a resident is to us: a device), `limits.rs` (how often),
//! `messages.rs` (what he leaves) and `receipt.rs` (how he comes back to it), then `desk.rs` (what the delegates do with
//! it; `waiting.rs`: what they have not done yet). `sheets.rs` prints the codes that `codes.rs` fetches.

pub mod code;
pub mod codes;
pub mod desk;
pub mod limits;
pub mod messages;
pub mod receipt;
pub mod routes;
pub mod service;
pub mod sheets;
mod store;
pub mod view;
pub mod visits;
pub mod waiting;
