//! 一屏: the one screen as a page, for a desk, a wall and a phone. `screen_page.rs` turns the counts into what the template
//! draws; the same template makes the first page and, once for all screens, every update that the stream brings.

pub mod map;
pub mod routes;
pub mod screen_page;
