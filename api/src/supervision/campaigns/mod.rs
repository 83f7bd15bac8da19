//! 专项监督: orders of one kind and area under one supervision, with findings, measures and a watch list.

pub mod joined;
pub mod routes;
pub mod service;
pub mod store;
