//! Maps drawn from borders, as pictures in the page: `sheet.rs` (projection, borders, names, scale), `place.rs` (one
//! point with its district), `links.rs` (the point in other maps).
//!
//! `tiles.rs` names the tile service of street maps, which the script lays over the drawn picture.

pub mod links;
pub mod place;
pub mod sheet;
pub mod tiles;
pub mod townships;
