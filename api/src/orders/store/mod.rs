//! Queries on the tables of orders.
//!
//! `orders.rs` has the orders themselves, `assignments.rs` the units that handle them, `photos.rs`, `claims.rs`, the
//! feed of changed orders (`change_feed.rs`) and pages by key (`keyset.rs`).

pub mod assignments;
pub mod change_feed;
pub mod claims;
pub mod keyset;
mod orders;
pub mod photos;

pub use self::orders::*;
