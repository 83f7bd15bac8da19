//! Everything particular to one city, as data. `files.rs` reads a pack, `pack.rs` checks it, `seed.rs` fills an
//! empty database from it, `store.rs` reads the database back, `snapshot.rs` is what the product works with;
//! `import/` and `boundaries/` change it later, `refresh.rs` lets every replica see that.

pub mod boundaries;
pub mod check;
pub mod duty_rows;
pub mod expand;
pub mod files;
pub mod import;
pub mod pack;
pub mod refresh;
pub mod routes;
pub mod rows;
pub mod seed;
pub mod snapshot;
pub mod store;
pub mod units;
