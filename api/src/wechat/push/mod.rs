//! What WeChat tells us (消息推送): whether the sender is WeChat (`signature.rs`), what it says
//! (`envelope.rs` opens, `body.rs` reads JSON or XML, `event.rs` understands), and what we do with it: store
//! it and answer at once (`service.rs`), work on it later as a job.

pub mod body;
pub mod envelope;
pub mod event;
pub mod routes;
pub mod service;
pub mod signature;
mod store;

pub use event::{Consent, PushEvent};
