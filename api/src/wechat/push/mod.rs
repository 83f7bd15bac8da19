//! WeChat's message push (消息推送).
//!
//! Verify the sender (`signature.rs`), read the content (`envelope.rs` decrypts, `body.rs` parses JSON or XML,
//! `event.rs` interprets), store it and respond at once (`service.rs`); a job processes it later.

pub mod body;
pub mod envelope;
pub mod event;
pub mod routes;
pub mod service;
pub mod signature;
mod store;

pub use event::{Consent, PushEvent};
