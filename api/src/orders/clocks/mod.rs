//! The deadlines of orders as time passes.
//!
//! `sweep.rs` changes the lights, `remind.rs` reminds units, `recalculate.rs` moves deadlines after the holidays of a
//! year have been announced, and `reaching.rs` lists those that wait for it.

pub mod reaching;
pub mod recalculate;
pub mod remind;
pub mod sweep;
