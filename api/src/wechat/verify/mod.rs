//! WeChat's domain verification files, served byte for byte.

pub mod routes;
