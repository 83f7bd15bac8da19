//! The edge: errors become problem+json, requests get an id, lists get pages. The only place besides
//! the `routes.rs` files that knows actix.

pub mod client_address;
pub mod extract;
pub mod fields;
pub mod idempotency;
pub mod if_match;
pub mod paging;
pub mod problem;
pub mod request_id;
pub mod responses;
pub mod time;
