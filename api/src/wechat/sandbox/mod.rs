//! The stand-in for WeChat's servers (`WECHAT_MODE=sandbox`).
//!
//! The product talks to it over real HTTP, under `/sandbox/wechat`, with WeChat's own paths below that. `server.rs`
//! takes a call, `answers/` say what WeChat would, in the order in which it finds fault; `world.rs` is what the
//! stand-in knows. `controls.rs` is what people and tests set: codes, grants, faults, rules. State is in memory, one
//! world a process.

pub mod call;
pub mod controls;
mod endpoints;
pub mod faults;
mod fields;
mod official;
pub mod official_controls;
pub mod people;
mod pusher;
mod rate_limit;
pub mod routes;
pub mod rules;
pub mod server;
pub mod templates;
mod tokens;
mod world;

pub use server::Sandbox;
