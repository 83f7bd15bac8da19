//! Insight: hot topics with what an analyst does to them, and analysis reports with the orders behind each number.

pub mod routes;
