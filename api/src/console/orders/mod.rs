//! The list of orders: filters as chips and in the address, search, saved views, and what is on the screen as a file.
//!
//! `filters.rs` makes the chips, `rows.rs` says an order in one line, `views.rs` keeps a person's lists,
//! `orders/export/mod.rs` writes the file: at once, or in the background when it is long.

pub mod filters;
pub mod routes;
pub mod rows;
mod store;
pub mod views;
