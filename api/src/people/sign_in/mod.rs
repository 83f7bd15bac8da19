//! Sign-in with WeChat: login code → openid → person.
//!
//! The first time, the verified phone number is looked up in the roster and the openid is bound to that person. Nothing
//! is stored of people on no roster. Read `service.rs`, then `ticket.rs`.

pub mod routes;
pub mod service;
pub mod ticket;
