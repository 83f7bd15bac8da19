//! The data of one city.
//!
//! `files.rs` reads a pack, `pack.rs` checks it, `seed.rs` fills an empty database from it, `store.rs` reads the
//! database, `snapshot.rs` is the immutable copy in memory; `import/` and `boundaries/` change the data later,
//! `refresh.rs` makes every replica reload them.

pub mod areas;
pub mod boundaries;
pub mod categories;
pub mod check;
pub mod committees;
pub mod csv_rows;
pub mod duty_edit;
pub mod duty_listing;
pub mod duty_table;
pub mod emergencies;
pub mod expand;
pub mod files;
pub mod import;
pub mod pack;
pub mod quiet_hours;
pub mod refresh;
pub mod routes;
pub mod seed;
pub mod snapshot;
pub mod store;
pub mod units;
