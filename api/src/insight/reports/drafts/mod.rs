//! A report is a draft until it is issued (签发), and is sent afterwards.
//!
//! `rules.rs` (pure) says which step is open, `text.rs` (pure) puts an edited text into a body, `service.rs` takes the
//! steps, `read.rs` shows revisions and recipients; every revision is kept.

pub mod read;
pub mod rules;
pub mod service;
pub mod text;
