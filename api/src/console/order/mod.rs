//! The page of an order: content, place, history, deadlines, the reason of its dispatch, and a form for every action of
//! the signed-in person.
//!
//! `headline.rs` (pure) has the title and the next action, `page_model.rs` prepares the data, `forms.rs` builds forms
//! and `actions.rs` executes them, `routes/` answers, `pdf.rs` prints it, `times.rs` (pure) writes its times.

pub mod actions;
pub mod forms;
pub mod headline;
pub mod page_model;
pub mod pdf;
pub mod routes;
pub mod times;
pub mod video;
