//! The rules of an order, pure: which transition is legal (`lifecycle.rs`), what a verdict leads to (`consequences.rs`),
//! who may see an order (`access.rs`, for an `actor.rs`), and whether two orders report one matter (`same_matter.rs`).

pub mod access;
pub mod actor;
pub mod consequences;
pub mod lifecycle;
pub mod same_matter;
