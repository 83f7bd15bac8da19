//! For whoever runs the product: is it alive, is it ready, what does it log.

pub mod backup;
pub mod client_errors;
pub mod disk_space;
pub mod file_limit;
pub mod routes;
pub mod telemetry;
mod traces;
