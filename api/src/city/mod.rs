//! Everything particular to one city, as data. `files.rs` reads a pack, `pack.rs` checks it, `seed.rs` fills an
//! empty database from it, `store.rs` reads the database back, `emergencies.rs` holds the rules for emergencies, `snapshot.rs` is what the product works with;
//! `import/` and `boundaries/` change it later, `refresh.rs` lets every replica see that.

pub mod areas;
pub mod boundaries;
pub mod categories;
pub mod check;
pub mod committees;
pub mod csv_rows;
pub mod duty_listing;
pub mod duty_table;
pub mod emergencies;
pub mod expand;
pub mod files;
pub mod import;
pub mod pack;
pub mod refresh;
pub mod routes;
pub mod seed;
pub mod snapshot;
pub mod store;
pub mod units;
