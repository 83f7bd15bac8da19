//! 登记来电: an operator registers a call by hand. `entries.rs` reads the form, `card.rs` shows who may be calling and
//! what they have open, `hints.rs` says what the text and the place mean.

pub mod card;
pub mod entries;
pub mod hints;
