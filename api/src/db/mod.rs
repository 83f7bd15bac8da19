//! The database: connections, write transactions, and what its errors mean.
//!
//! - `failure`: which errors are temporary (pure)
//! - `pool`: connections; `open`: as configured
//! - `setup`: migrations, one process at a time; `inspect`: the schema's state, read only; `version`: the server's
//! - `write`: the only way to open a write transaction; `probe`: proves that a write succeeds
//! - `insert_all`: many rows per statement
//! - `statements`: statements outside a transaction, and which server answers a read
//! - `replica`, `read_scope`, `marks`, `reading`: reads from a replica (`docs/scale.md`)
//! - `counters`: transactions and statements, for tests

mod counters;
mod failure;
mod insert_all;
mod inspect;
mod marks;
mod open;
mod pool;
mod probe;
mod read_scope;
mod reading;
mod replica;
mod setup;
mod statements;
mod version;
mod write;

pub use counters::Counts;
pub use failure::Failure;
pub use insert_all::insert_all;
pub use inspect::{Inspection, ServerFinding};
pub use open::open;
pub use pool::{Db, connect, connect_pooled, for_update, supports_skip_locked};
pub use read_scope::identify_reader;
pub use reading::RequestReads;
pub use setup::{Setup, migrate, migrate_down, sqlite_file};
pub use write::{WriteTransaction, write};
