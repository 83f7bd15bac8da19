//! The page of an order: content, place, history, deadlines, the reason of its dispatch, and a form for every action of
//! the signed-in person. `page_model.rs` prepares the data, `map.rs` draws the place, `forms.rs` builds forms and
//! `actions.rs` executes them, `pdf.rs` prints it.

pub mod actions;
pub mod forms;
pub mod map;
pub mod page_model;
pub mod pdf;
pub mod routes;
