//! How a browser gets a session without a password.
//!
//! It shows a code, a signed-in person scans it and confirms (`begin`, `look`, `approve`, `claim`), or an administrator
//! opens a one-time link made on the command line (`link`, `claim_link`).

mod number_match;
pub mod routes;
pub mod service;
mod store;
