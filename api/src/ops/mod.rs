//! For whoever runs the product: is it alive, is it ready, what does it log.

pub mod backup;
pub mod routes;
pub mod telemetry;
