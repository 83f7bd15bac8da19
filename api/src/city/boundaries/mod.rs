//! Boundary sets: every loaded version of the outlines, one of them active.
//!
//! `load.rs` loads a file without changing the active set, `service.rs` lists, compares and activates sets. Orders keep
//! the set they were judged by.

pub mod load;
pub mod service;
pub(crate) mod store;
