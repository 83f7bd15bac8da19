//! 重点监管名单: standing registers of subjects that are inspected again and again.
//!
//! `rules` (pure), `access`, `store`, `lists`, `entries`, `near` (which orders lie at a watched place), `reminder`,
//! `view`, `routes`. `past` writes lists of the past.

mod access;
pub mod entries;
pub mod lists;
pub mod near;
pub mod past;
pub mod reminder;
pub mod routes;
pub mod rules;
mod store;
pub mod view;
