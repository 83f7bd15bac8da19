//! 建议, 审议意见, 决定: numbered documents to a government, its written reply, acceptance or return.
//!
//! `rules` (pure), `access`, `issue`, `reply`, `decide`, `reminder`, `print` (GB/T 9704), `view`, `store`, `routes`.

mod access;
pub mod decide;
pub mod issue;
pub mod print;
pub mod reminder;
pub mod reply;
pub mod routes;
pub mod rules;
pub(super) mod store;
pub mod view;
