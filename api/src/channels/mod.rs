//! Channels besides WeChat's mini-program: text messages and WeCom (企业微信).
//!
//! Read `channel.rs` (the trait), then `tencent_signature.rs` and `aliyun_signature.rs` (pure), `tencent.rs`,
//! `aliyun.rs` and `wecom.rs`, `registry.rs` (those that are configured), then `sandbox/` (the stand-in for all three,
//! which the same clients call over HTTP).

pub mod aliyun;
pub mod aliyun_signature;
pub mod channel;
pub mod registry;
pub mod sandbox;
mod sms;
pub mod tencent;
pub mod tencent_signature;
pub mod wecom;

pub use channel::{Channel, ChannelError, OutgoingMessage, Receipt};
pub use registry::Channels;
