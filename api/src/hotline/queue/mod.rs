//! 坐席待办: all items that wait for an operator.
//!
//! `kinds.rs` names the kinds and their due times, `store.rs` queries them, `suggestions.rs` makes suggestions,
//! `service.rs` assembles the list and claims matters, `item.rs` shows one matter and finds the next.

pub mod item;
pub mod kinds;
pub mod routes;
pub mod service;
pub mod store;
pub mod suggestions;
