//! Orders that another system handled before this one (历史导入): written with their steps, counted like all others, never
//! notified about.
//!
//! - `past_order`: an order as it comes in, checked (pure)
//! - `step`, `supervision_steps`: the events of its history (pure)
//! - `order_row`, `rows`: its rows in every table, its history chained (pure)
//! - `store`: the queries
//! - `map`: another system's headings and words (pure)
//! - `resolver`: rows resolved against the city's data
//! - `file`: a file, checked and then written
//! - `service`: all orders of one file in one transaction

pub mod file;
pub mod map;
mod order_row;
pub mod past_order;
mod resolver;
pub mod rows;
pub mod service;
mod step;
mod store;
mod supervision_steps;
