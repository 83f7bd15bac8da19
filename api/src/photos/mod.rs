//! 照片. `intake/mod.rs` decides whether bytes are a photo and makes what people are shown (pure); `exif.rs` reads
//! what the camera wrote; `service.rs` stores; `attach.rs` puts photos into orders; `cleanup.rs` removes what
//! no report ever came for.

pub mod access;
pub mod attach;
pub mod cleanup;
pub mod evidence;
pub mod exif;
pub mod heic;
pub mod intake;
pub mod pixels;
pub mod routes;
pub mod service;
mod store;
