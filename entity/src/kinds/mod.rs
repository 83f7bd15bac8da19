//! The enums that columns hold. Each is stored and sent as its `snake_case` name; its Chinese label stands
//! beside the name and nowhere else.

mod macros;

pub use macros::{Labelled, UnknownName};

mod administration;
mod city;
mod exports;
mod follow_up;
mod history;
mod integration;
mod notices;
mod orders;
mod overview;
mod people;
mod photos;
mod reports;
mod sites;
mod supervision;

pub use administration::*;
pub use city::*;
pub use exports::*;
pub use follow_up::*;
pub use history::*;
pub use integration::*;
pub use notices::*;
pub use orders::*;
pub use overview::*;
pub use people::*;
pub use photos::*;
pub use reports::*;
pub use sites::*;
pub use supervision::*;
