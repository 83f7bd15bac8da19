//! 工单: one matter under one number, from the report to the answer.
//!
//! Read `rules/lifecycle/mod.rs` first (every legal transition), then `submit/mod.rs` (how an order is created), then
//! `actions/mod.rs` (how a person acts on an order) and the actions themselves. `rules/` decides and does nothing else;
//! `clocks/` is what time does to an order, `search/` finds orders, `view/` is what a reader is shown, `store/` queries,
//! `history/` keeps what happened, `export/` writes a list as a file, `paper/` is shared by printed documents.

pub mod actions;
pub mod clocks;
pub mod export;
pub mod history;
pub mod paper;
pub mod routes;
pub mod rules;
pub mod search;
mod store;
pub mod submit;
pub mod view;

pub use self::rules::actor::Actor;
pub use self::store::{change_feed, claims, keyset, photos};
