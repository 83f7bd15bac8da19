//! Parts that printed documents about an order share: `times.rs` (pure) writes moments in full, `photos.rs` loads the
//! pictures, `render.rs` sets the document.

pub mod photos;
pub mod render;
pub mod times;
