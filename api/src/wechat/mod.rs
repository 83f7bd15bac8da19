//! The WeChat integration.
//!
//! Read `error.rs` (results of a call), `client.rs` and `calls/` (our requests to WeChat), then `push/` (WeChat's
//! requests to us), then `sandbox/` (the stand-in for WeChat's servers, which the same client calls over HTTP in
//! sandbox mode). `verify/` proves to WeChat that a domain is ours.

pub mod calls;
pub mod circuit;
pub mod client;
pub mod error;
pub mod lenient;
pub mod push;
pub mod sandbox;
mod token;
mod transport;
pub mod verify;

pub use client::WeChat;
pub use error::CallError;
