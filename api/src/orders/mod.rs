//! 工单: one matter under one number, from the report to the answer.
//!
//! Read `lifecycle.rs` first (every legal move), then `submit.rs` (how an order comes to be), then
//! `moves/mod.rs` (how any move is made) and the moves themselves. `sight.rs` says who sees an order,
//! `view.rs` what he is shown, `publication.rs` when others than those who handle it are; `same_matter.rs` whether it
//! is known already, by the words in `recent.rs`; `history.rs` keeps what happened; `consequences.rs` is what a
//! verdict brings about;
//! `sweep.rs` turns the lights, `recount.rs` moves clocks when a year's holidays are announced.

pub mod actor;
pub mod changes;
pub mod charges;
pub mod claims;
pub mod consequences;
pub mod desk;
pub mod filter;
pub mod history;
pub mod lifecycle;
pub mod list;
pub mod moves;
pub mod nearby;
pub mod number;
pub mod open_moves;
pub mod pictures;
pub mod preview;
pub mod progress;
pub mod publication;
pub mod read;
pub mod recent;
pub mod recount;
pub mod remind;
pub mod report;
pub mod routes;
pub mod same_matter;
pub mod scanned;
pub mod sight;
pub mod store;
pub mod submit;
pub mod sweep;
pub mod view;
pub mod walk;
