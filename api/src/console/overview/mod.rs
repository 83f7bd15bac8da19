//! 一屏: the one screen as a page, for a desk, a wall and a phone.
//!
//! `screen_page.rs` turns the counts into what the template draws (`map.rs` the counties, `county_map.rs` the inside of
//! one); the same template makes the first page and, once for all screens, every update that the stream brings.

pub mod county_map;
pub mod map;
pub mod routes;
pub mod screen_page;
