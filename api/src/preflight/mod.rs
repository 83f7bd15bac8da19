//! `zhitong check`: whether a configuration works, before the product starts with it. Nothing that is written stays.
//!
//! - `run`: all checks in order
//! - `rules`: what a finding means and what to do about it (pure)
//! - `folder`, `database`, `address`, `store_check`, `account`, `clocks`: the findings
//! - `http`: requests as a client from outside makes them
//! - `routes`: answers in the product's place while the check runs

mod account;
mod address;
mod clocks;
mod database;
mod folder;
mod http;
mod routes;
mod rules;
mod run;
mod store_check;

pub use run::run;
