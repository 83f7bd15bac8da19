//! Photos (照片): taken in, kept, shown.
//!
//! - `intake`, `jpeg`, `pixels`, `exif`, `claims`: whether bytes are a photo, and what people are shown of it (pure)
//! - `heic`, `heif`: conversion by an outside program
//! - `permits`, `service`, `store`, `cleanup`: decoded within limits, stored, removed if no report comes
//! - `attach`, `access`, `routes`: put into orders, and shown to those who may see them

pub mod access;
pub mod attach;
pub mod claims;
pub mod cleanup;
pub mod evidence;
pub mod exif;
pub mod heic;
mod heif;
pub mod intake;
pub mod jpeg;
pub mod permits;
pub mod pixel_error;
pub mod pixels;
pub mod routes;
pub mod service;
mod store;
