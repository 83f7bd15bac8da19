//! 内容安全: what people publish to others is looked at before it is shown: by WeChat, and by an operator where
//! WeChat is not sure or does not answer. Read `result.rs` (pure: what parts make of the whole, when to ask
//! again), then `enqueue.rs` (written with the thing itself), `check.rs` (the jobs that ask WeChat), `apply_result.rs` (what an
//! answer changes), `review.rs` (the operators' queue) and `claims.rs` (no two of them on one thing). Who published
//! something is told by the job `SETTLED`. `publication_rules.rs` (pure) says what of an order is published at all.

pub mod apply_result;
pub mod check;
pub mod claims;
pub mod enqueue;
pub mod result;
pub mod review;
pub mod routes;
mod store;

use entity::ids::ContentCheckId;

use crate::error::Result;

/// The checks that jobs are about.
fn ids(subjects: &[&str]) -> Result<Vec<ContentCheckId>> {
    let ids = subjects.iter().map(|subject| subject.parse());
    Ok(ids.collect::<Result<_, _>>().map_err(anyhow::Error::from)?)
}

/// Things by what they have in common, each group in the order in which its things came.
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
