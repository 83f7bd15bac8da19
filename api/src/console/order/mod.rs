//! One order on a page: what it is, where, what happened, what its clocks say and why it went where it went, and
//! every move that the signed-in person may make as a form. `sheet.rs` says it in words, `map.rs` draws the
//! place, `forms.rs` offers the moves and `moves.rs` makes them, `paper.rs` prints it.

pub mod forms;
pub mod map;
pub mod moves;
pub mod paper;
pub mod routes;
pub mod sheet;
