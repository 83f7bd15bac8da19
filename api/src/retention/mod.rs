//! 数据保存与删除: what is forgotten after its time (`purge.rs`, by the periods of `periods.rs`), and what is erased because
//! the person it is about asks for it (`erase.rs`).
//!
//! Orders and their history are the city's record and stay; what leads from them to a person's telephone goes. Each
//! says first, in a dry run, what it would do.

pub mod erase;
pub mod periods;
pub mod purge;

use serde::Serialize;

/// So many rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurgedRows {
    pub what: &'static str,
    pub rows: u64,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    DryRun,
    Real,
}
