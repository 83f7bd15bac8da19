//! Who people are: the roster, sign-in through WeChat, sessions, and what a role may see. Read `caller.rs`
//! first (who is asking, and what he may), then `sign_in/`, `sessions.rs`, `login_requests/` for the console,
//! and `roster/` for the import; `directory.rs` is the roster as an admin looks through it.

pub mod admin;
pub mod audit_records;
pub mod binding;
pub mod claims;
pub mod clients;
pub mod directory;
pub mod extract;
pub mod login_requests;
pub mod phone;
pub mod profile;
pub mod roster;
pub mod routes;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod tokens;
