//! One order on a page: what it is, where, what happened, what its clocks say and why it went where it went, and
//! every move that the signed-in person may make as a form. `page_model.rs` says it in words, `map.rs` draws the
//! place, `forms.rs` offers the moves and `actions.rs` makes them, `pdf.rs` prints it.

pub mod actions;
pub mod forms;
pub mod map;
pub mod page_model;
pub mod pdf;
pub mod routes;
