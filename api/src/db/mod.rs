//! The database: connections, write transactions, and what its errors mean.
//!
//! `failure` (pure: which errors are temporary) · `pool` (connections) · `setup` (migrations, one
//! replica at a time) · `write` (the only way to open a write transaction) · `probe` (proves that a write succeeds).

mod failure;
mod pool;
mod probe;
mod setup;
mod write;

pub use failure::Failure;
pub use pool::{Db, connect, supports_skip_locked};
pub use setup::{Setup, migrate, migrate_down};
pub use write::{WriteTransaction, write};
