//! Finding orders: `filter.rs` reads the criteria, `list.rs` pages through the orders that match, `nearby.rs` compares a
//! draft with earlier orders by place and by the words in `text_index.rs`.

pub mod filter;
pub mod list;
pub mod nearby;
pub mod text_index;
pub mod workload;
