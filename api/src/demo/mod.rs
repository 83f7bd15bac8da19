//! The nine stories, played through the public API like any client would: sign-in through WeChat's stand-in, photos
//! made on the spot, the clock moved by the sandbox.
//!
//! `zhitong demo` tells them; the test suite plays the same ones on both databases.
//!
//! The scripts are data of the city pack (`demo/stories/*.toml`). Read `script.rs` for their form, `stage.rs` for how time passes for all of them at once, `actor.rs`
//! for what a person with a phone can do.

pub mod actor;
pub mod living_city;
pub mod narrator;
pub mod picture;
pub mod play;
pub mod script;
pub mod stage;
