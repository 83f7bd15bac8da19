//! Matters under supervision of the past, written with the diaries that they would have. Nobody is notified.
//!
//! `matter` (a matter with all that belongs to it) · `diary` (its entries, from its rows) · `insert` · `store`

mod diary;
pub mod insert;
pub mod matter;
mod store;
