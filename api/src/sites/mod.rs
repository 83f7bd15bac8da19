//! 有事请扫码: printed codes at places. A delegate who scans one reports with place and category filled in; a resident
//! leaves a message without an account, which the site's delegates take up or answer.
//!
//! Read `service.rs` (the sites), then `visits.rs` (who a resident is to us: a device), `rate_limit.rs` (how often),
//! `messages.rs` (what he leaves) and `receipt.rs` (how he comes back to it), then `message_handling.rs` (what the delegates do with
//! it; `unhandled.rs`: what they have not done yet). `import.rs` reads a table of sites. `sheets.rs` prints the codes that `code_image.rs` fetches.

pub mod code;
pub mod code_image;
pub mod import;
pub mod message_handling;
pub mod messages;
pub mod rate_limit;
pub mod receipt;
pub mod routes;
pub mod service;
pub mod sheets;
mod store;
pub mod unhandled;
pub mod view;
pub mod visits;
