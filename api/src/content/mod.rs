//! 内容安全: published content is checked by WeChat, and by an operator if WeChat is unsure or does not respond.
//!
//! Read `result.rs` (pure: result of the whole, time of the next check), then `enqueue.rs` (inserted with the content),
//! `check.rs` (jobs that call WeChat), `apply_result.rs` (effects of a verdict), `review.rs` (the operators' queue) and
//! `claims.rs` (exclusive review). `publishers.rs` tells the capabilities that publish. `publication_rules.rs` (pure) decides
//! which parts of an order are published.

pub mod apply_result;
pub mod check;
pub mod claims;
pub mod enqueue;
pub mod publishers;
pub mod result;
pub mod review;
pub mod routes;
mod store;

/// Groups items by key; keeps the order of first occurrence of the keys and the order of items within a group. O(items
/// × keys).
pub fn group_by_key<C: PartialEq, T>(things: impl IntoIterator<Item = (C, T)>) -> Vec<(C, Vec<T>)> {
    let mut groups: Vec<(C, Vec<T>)> = Vec::new();
    for (common, thing) in things {
        match groups.iter_mut().find(|(other, _)| *other == common) {
            Some((_, group)) => group.push(thing),
            None => groups.push((common, vec![thing])),
        }
    }
    groups
}
