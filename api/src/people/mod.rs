//! People: the roster, sign-in through WeChat, sessions, and rights.
//!
//! Read `caller.rs` first (the caller and their rights), then `sign_in/`, `sessions.rs`, `login_requests/` for the
//! console, and `roster/` for the import; `directory.rs` shows the roster to administrators.

pub mod admin;
pub mod audit_records;
pub mod binding;
pub mod claims;
pub mod clients;
pub mod directory;
pub mod extract;
pub mod login_requests;
pub mod profile;
pub mod review;
pub mod roster;
pub mod routes;
pub mod sealed_sample;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod tokens;
