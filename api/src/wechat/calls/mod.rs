//! Our requests to WeChat, one file per subject; each is an `impl WeChat`.

pub mod code;
pub mod content;
pub mod link;
pub mod login;
pub mod message;
pub mod official;
pub mod phone;
