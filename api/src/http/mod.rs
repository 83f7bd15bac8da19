//! The edge: errors become problem+json, requests get an id, lists get pages. The only place besides
//! the `routes.rs` files that knows actix.

pub mod answers;
pub mod client_address;
pub mod etag;
pub mod extract;
pub mod idempotency;
pub mod paging;
pub mod problem;
pub mod request_id;
pub mod time;
