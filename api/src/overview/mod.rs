//! The overview screen (一屏). Counts are materialized, so a request costs the same for 1,000 orders and for 1,000,000.
//!
//! Read in this order. Pure: `facts/mod.rs` (counted facts of an order), `period.rs` (periods), `lights.rs` (numbers by light),
//! `count_deltas.rs`
//! (counts that the facts belong to), `rates.rs` (three rates and a fair rank). Update: `projector.rs` applies the
//! order change feed; `store/mod.rs` has the rows; `worker.rs` runs it continuously. Read: `screen.rs` assembles a
//! screen (`counts_cache.rs`: its counts, `highlights.rs`: its highlights, `feed.rs`: its latest events and verdicts, `county.rs` and, pure,
//! `clusters.rs`: the inside of a county), `appraisal.rs` the table of rates
//! (`appraisal_workbook.rs`: as XLSX), `delegates.rs` the activity of all delegates,
//! `activity.rs` a delegate's activity, `workload.rs` the open orders per unit. Live: `screen_hub.rs` and `stream.rs`;
//! `replica_events.rs` carries events between replicas. Decision: `docs/adr/materialized-counts.md`.

pub mod activity;
pub mod appraisal;
pub mod appraisal_workbook;
pub mod clusters;
pub mod count_deltas;
pub mod counts_cache;
pub mod county;
pub mod delegates;
pub mod excerpts;
pub mod facts;
pub mod feed;
pub mod highlights;
pub mod lights;
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
