//! The stand-in for Tencent Cloud's and Aliyun's text messages and for WeCom: it checks signatures and tokens as they
//! do, keeps what was sent, and fails when it is told to.
//!
//! `store.rs` (what it remembers), `providers.rs` (pure answers to calls), `routes.rs` (HTTP and controls).

mod providers;
pub mod routes;
mod store;

pub use store::ChannelSandbox;
