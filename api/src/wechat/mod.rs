//! Everything that knows WeChat. Read `error.rs` (how a call can end), `client.rs` and `calls/` (what we ask
//! of WeChat), then `push/` (what WeChat tells us), then `sandbox/` (the stand-in for WeChat's servers, which
//! the same client talks to over HTTP in sandbox mode).

pub mod calls;
pub mod circuit;
pub mod client;
pub mod error;
pub mod lenient;
pub mod push;
pub mod sandbox;
mod token;
mod transport;

pub use client::WeChat;
pub use error::CallError;
