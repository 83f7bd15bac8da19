//! What administrators do, kept for good: imports, boundaries put in force, people untied, sessions ended. Written in
//! the transaction of the change itself (`service.rs`), one chain for all of it, so that an act changed or left out
//! later shows.

pub mod service;
mod store;

pub use service::{AuditActor, AuditEntry, record};
