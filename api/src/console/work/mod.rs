//! 待办: what waits for a unit, the landing page of its people. Every queue is a filter of the order list.

pub mod routes;
