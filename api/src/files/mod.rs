//! Documents people attach to a campaign or to a reply: PDF, DOCX, XLSX, images.
//!
//! Stored as they came and served as attachments only. `content` (pure rule), `store`, `upload`, `attach`, `read`,
//! `cleanup`, `routes`.

pub mod attach;
pub mod cleanup;
pub mod content;
pub mod read;
pub mod routes;
mod store;
pub mod upload;
