//! 督办: what is supervised in one place: supervision orders, tracked orders by committee, urges. `rows.rs` says each in
//! one line.

pub mod routes;
pub mod rows;
