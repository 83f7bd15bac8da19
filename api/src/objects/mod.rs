//! The object store: `client.rs` speaks S3 to whichever store is configured; `embedded.rs` is the one that
//! this process serves itself from a folder when none is; `folder.rs` keeps its objects durably.

pub mod client;
pub mod embedded;
pub mod folder;
