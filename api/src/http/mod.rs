//! The edge: errors become problem+json, requests get an id, lists get pages. The only place besides
//! the `routes.rs` files that knows actix.
//!
//! - `connections`, `receiving`, `pace`, `multipart`: what a caller may hold, and for how long
//! - `budgets`: how often a caller without an account may ask
//! - `trusted_proxies`, `client_address`, `origin`: who a caller is by address, and from which page
//! - `nul`: bounds of texts (`crate::moments` has those of moments)
//! - `extract`, `if_match`, `idempotency`, `paging`, `time`: parts of requests
//! - `responses`, `problem`, `request_id`, `answer_headers`: parts of answers
//! - `metrics`: what is counted

pub mod answer_headers;
pub mod budgets;
pub mod client_address;
pub mod connections;
pub mod extract;
pub mod fields;
pub mod idempotency;
pub mod if_match;
pub mod metrics;
pub mod multipart;
pub mod nul;
pub mod origin;
pub mod pace;
pub mod paging;
pub mod problem;
pub mod read_routing;
pub mod receiving;
pub mod request_id;
pub mod responses;
pub mod time;
