//! 一屏: what stands where, kept and not counted, so that the answer costs the same for a thousand orders and a million.
//!
//! Read in this order. Pure: `facts.rs` (what of an order is counted), `period.rs` (the spans it is counted by),
//! `cells.rs` (which kept counts the facts belong to), `rates.rs` (three rates, and a fair rank). Keeping: `fold.rs`
//! takes the feed of changed orders and moves the counts by the difference; `store.rs` holds their rows; `keeper.rs`
//! does it all the time. Reading: `screen.rs` puts one screen together (`counts.rs`: what is kept for it, `watch.rs`: what stands out on it), `appraisal.rs` the table of rates,
//! `activity.rs` what a delegate has done, `load.rs` what is open at each unit. Live: `hub.rs` and `stream.rs`; `wire.rs` carries events between replicas.
//! Why so: `docs/adr/kept-counts.md`.

pub mod activity;
pub mod appraisal;
pub mod cells;
pub mod counts;
pub mod facts;
pub mod fold;
pub mod hub;
pub mod keeper;
pub mod load;
pub mod period;
pub mod rates;
pub mod routes;
pub mod scope;
pub mod screen;
pub mod store;
pub mod stream;
pub mod view;
pub mod watch;
pub mod wire;
