//! 精准分流: which unit is responsible. `duty.rs` is the rule, pure.

pub mod duty;
