//! The official account (服务号).
//!
//! Read `account.rs` (its client, with a token cache of its own), then `push.rs` (WeChat's events), `followers.rs` (who follows, matched with people by unionid), `menu.rs`, `channel.rs` (template messages),
//! `faults.rs` (pure: faults of the configuration), `web_sign_in.rs` (who opens a web page) and `store.rs`; `routes.rs`
//! speaks HTTP. Off unless `WECHAT_OA_APP_ID` is set.

pub mod account;
pub mod channel;
pub mod faults;
pub mod followers;
pub mod menu;
pub mod push;
pub mod routes;
mod store;
pub mod web_sign_in;

pub use account::OfficialAccount;
