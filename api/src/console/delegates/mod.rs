//! 代表履职: the activity of the delegates that a committee follows, and of one of them. `totals.rs` (pure) adds them up.

pub mod routes;
mod totals;
