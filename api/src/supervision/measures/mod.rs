//! 整改台账: what units have to do by when, what they report as done, 销号. `rules` (pure), `set`, `done`, `verify`,
//! `reminder`, `view`, `store`, `routes`.

pub mod done;
pub mod reminder;
pub mod routes;
pub mod rules;
pub mod set;
mod store;
pub mod verify;
pub mod view;
