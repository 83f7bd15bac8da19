//! Finding orders.
//!
//! `filter.rs` reads the criteria, `list.rs` pages through the orders that match, `grams.rs` (pure) and
//! `text_search.rs` find words through an index, `word_pages.rs` chooses between the index and a walk along the list,
//! `unit_queue.rs` has the queues of a unit, `counted.rs` the orders behind a count, `nearby.rs` finds earlier orders that
//! may be the matter of a draft, by place and by the words in `text_index.rs`, and `comparison.rs` compares them,
//! `place_history.rs` lists earlier orders of a place, `township_centres.rs` places townships, `reported.rs` finds what
//! delegates have open.

mod comparison;
pub mod counted;
pub mod filter;
pub mod grams;
pub mod list;
pub mod nearby;
pub mod place_history;
pub mod reported;
pub mod text_index;
pub mod text_search;
pub mod township_centres;
pub mod unit_queue;
mod word_pages;
pub mod workload;
