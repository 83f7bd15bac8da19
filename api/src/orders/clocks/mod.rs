//! The deadlines of orders as time passes: `sweep.rs` changes the lights, `remind.rs` reminds units, and
//! `recalculate.rs` moves deadlines after the holidays of a year have been announced.

pub mod recalculate;
pub mod remind;
pub mod sweep;
