//! Orders that another system handled before this one (历史导入): written with their steps, counted like all others, never
//! notified about.
//!
//! - `past_order`: an order as it comes in, checked (pure)
//! - `order_row`, `rows`: its rows in every table, its history chained (pure)
//! - `store`: the queries
//! - `file`: a table of them
//! - `service`: all orders of one file in one transaction

pub mod file;
mod order_row;
pub mod past_order;
pub mod rows;
pub mod service;
mod store;
