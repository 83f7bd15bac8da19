//! The columns of each table that people import, with the headings that offices use.

pub mod departments;
pub mod duty;
pub mod link;
pub mod orders;
pub mod roster;
pub mod sites;
