//! Signing in by scanning, by an admin's one-time link, and (sandbox only) as somebody of the cast; the list
//! of one's sessions. `people/login_requests` does the work.

pub mod origin;
pub mod routes;
pub mod service;
