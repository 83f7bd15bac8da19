//! Boundary sets: each version of the outlines that was ever loaded, one of them in force. `load.rs` takes a file in and
//! leaves the set in force alone, `service.rs` lists them, compares one with the set in force and puts it there. Orders
//! keep the set they were judged by; none of this moves them.

pub mod load;
pub mod service;
pub(crate) mod store;
