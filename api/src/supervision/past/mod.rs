//! Matters under supervision and supervision orders of the past, written as the use cases would have. Nobody is notified.
//!
//! Matters: `matter` (with all that belongs to it) · `diary` (its entries, from its rows) · `look_back` · `insert` · `store`.
//! Supervision orders: `supervision_order` (one of them, pure) · `numbering` (their numbers and rows).

mod diary;
pub mod insert;
mod look_back;
pub mod matter;
pub mod numbering;
mod store;
pub mod supervision_order;
