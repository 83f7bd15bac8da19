//! Short videos (短视频): one of a report, taken in without the place that the phone wrote, shown after a person has looked.
//!
//! - `limits`, `refused`: how many, how large, how long, and what is said to the rest (pure)
//! - `boxes`, `samples`, `movie`: the container's boxes, and what of them is wiped (pure)
//! - `scan`: reads and wipes a file on disk without loading it
//! - `service`, `store`, `cleanup`: received into a file, stored, removed if no report comes
//! - `visibility` (pure), `access`, `view`, `routes`: shown to those who may see it

pub mod access;
pub mod boxes;
pub mod cleanup;
pub mod limits;
pub mod movie;
pub mod refused;
pub mod routes;
pub mod samples;
pub mod scan;
pub mod service;
mod store;
pub mod view;
pub mod visibility;
