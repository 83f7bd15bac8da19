//! The inbox in the console: `target.rs` (pure) says which page a notice opens, `routes.rs` lists and opens notices.

pub mod routes;
pub mod target;
