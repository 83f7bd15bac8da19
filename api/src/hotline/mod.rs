//! 代表来电: an operator files for the delegate who calls, recognised by his number.

pub mod routes;
pub mod service;
