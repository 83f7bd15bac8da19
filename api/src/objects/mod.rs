//! The object store.
//!
//! - `client`: speaks S3 to whichever store is configured, and makes links to objects
//! - `embedded`, `paced`, `folder`: the store that this process serves itself from a folder when none is configured
//! - `connect`: from the configuration to a client
//! - `unused`: removal of uploads that nothing took
//! - `media`, `routes`: links to the embedded store's objects under the product's own address

pub mod client;
pub mod connect;
pub mod embedded;
pub mod folder;
pub mod media;
mod paced;
pub mod routes;
pub mod unused;
