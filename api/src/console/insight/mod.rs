//! Insight: analysis reports, and the orders behind each of their numbers.

pub mod routes;
