//! Photos (照片): taken in, kept, shown.
//!
//! - `intake`, `exif`, `claims` and the crate `pixels`: whether bytes are a photo, and what people are shown of it (pure)
//! - `limits`: how many and how large (pure)
//! - `heic`, `heif`: conversion by an outside program
//! - `permits`, `service`, `store`, `cleanup`: decoded within limits, stored, removed if no report comes
//! - `covering`: faces and plates are painted over in what people are shown
//! - `attach`, `access`, `readers`, `routes`: put into orders, and shown to those who may see them
//! - `embed`: loaded for documents

pub mod access;
pub mod attach;
pub mod claims;
pub mod cleanup;
pub mod covering;
pub mod embed;
pub mod evidence;
pub mod exif;
pub mod heic;
pub mod heif;
pub mod intake;
pub mod limits;
pub mod permits;
pub mod readers;
pub mod routes;
pub mod service;
mod store;
