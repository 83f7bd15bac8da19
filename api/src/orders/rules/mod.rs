//! The rules of an order, pure.
//!
//! `lifecycle.rs` says which transition is legal, `consequences.rs` what a verdict leads to, `access.rs` who may see an
//! order (for an `actor.rs`), `dispatch_reason.rs` why it went where it is, `same_matter.rs` whether two orders
//! report one matter, and `text_limits.rs` how long the texts of actions are.

pub mod access;
pub mod actor;
pub mod consequences;
pub mod dispatch_reason;
pub mod lifecycle;
pub mod same_matter;
pub mod text_limits;
