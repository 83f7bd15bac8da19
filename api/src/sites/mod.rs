//! 有事请扫码: printed codes at places. A delegate who scans one reports with place and category filled in; a resident
//! leaves a message without an account, which the site's delegates adopt or answer.
//!
//! Read `service.rs` (the sites), then `visits.rs` (a resident's device), `rate_limit.rs` (quotas), `messages.rs`
//! (messages, within `message_limits.rs`; `repetition.rs`: the same one again) and `receipt.rs` (access by receipt), then
//! `message_handling.rs` (delegates' actions; `hand_over.rs` to another delegate; `unhandled.rs`: pending messages).
//! `sheets.rs` prints the codes that `code_image.rs` fetches. `page_visitor.rs` recognises delegates on the web page. `past.rs`
//! writes messages of the past; `keepers.rs` names the delegates of all sites.

pub mod code;
pub mod code_image;
pub mod hand_over;
pub mod import;
pub mod keepers;
pub mod message_handling;
pub mod message_limits;
pub mod messages;
pub mod page_visitor;
pub mod past;
pub mod rate_limit;
pub mod receipt;
pub mod repetition;
pub mod routes;
pub mod service;
pub mod sheets;
mod store;
pub mod unhandled;
pub mod view;
pub mod visits;
