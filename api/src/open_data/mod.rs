//! Open data (开放数据): the orders of a period without people, texts and exact places, for anyone to use.
//!
//! - `anonymity`: what is published of an order's place, kind and time (pure)
//! - `columns`: the columns and what they mean (pure)
//! - `files`: the files (pure)
//! - `store`: the query
//! - `service`: from a period to what is published

pub mod anonymity;
pub mod columns;
pub mod files;
pub mod service;
mod store;
