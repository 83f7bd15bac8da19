//! Errors of the mini-program on people's phones: `scrub` (pure: what of a report is kept), `routes`.

pub mod routes;
mod scrub;
