//! Finding orders: `filter.rs` reads the criteria, `list.rs` pages through the orders that match,
//! `grams.rs` (pure) and `text_search.rs` find words through an index, `nearby.rs` compares a
//! draft with earlier orders by place and by the words in `text_index.rs`.

pub mod filter;
pub mod grams;
pub mod list;
pub mod nearby;
pub mod text_index;
pub mod text_search;
pub mod workload;
