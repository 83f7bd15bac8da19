//! 一屏: what stands where, kept and not counted, so that the answer costs the same for a thousand orders and a million.
//!
//! Read in this order. Pure: `facts/mod.rs` (what of an order is counted), `period.rs` (the spans it is counted by),
//! `count_deltas.rs` (which kept counts the facts belong to), `rates.rs` (three rates, and a fair rank). Keeping: `projector.rs`
//! takes the feed of changed orders and moves the counts by the difference; `store/mod.rs` holds their rows; `worker.rs`
//! does it all the time. Reading: `screen.rs` puts one screen together (`counts_cache.rs`: what is kept for it, `highlights.rs`: what stands out on it), `appraisal.rs` the table of rates,
//! `activity.rs` what a delegate has done, `workload.rs` what is open at each unit. Live: `screen_hub.rs` and `stream.rs`; `replica_events.rs` carries events between replicas.
//! Why so: `docs/adr/materialized-counts.md`.

pub mod activity;
pub mod appraisal;
pub mod count_deltas;
pub mod counts_cache;
pub mod facts;
pub mod highlights;
pub mod news;
pub mod period;
pub mod projector;
pub mod rates;
pub mod replica_events;
pub mod routes;
pub mod scope;
pub mod screen;
pub mod screen_hub;
pub mod store;
pub mod stream;
pub mod view;
pub mod worker;
pub mod workload;
