//! 专项监督 in the console: `list` (all matters), `page_model` and `rows` (one matter), `forms` and `actions` (what may be done with
//! it), `tasks` (what a unit owes), `routes`.

mod actions;
mod forms;
mod list;
mod page_model;
pub mod routes;
mod rows;
mod tasks;

pub use self::actions::{moment, required};
pub use self::list::{committees, numbers};
