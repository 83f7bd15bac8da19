//! Merges groups: compares the centroids of groups that share leading terms.

use std::hash::Hash;

use rayon::prelude::*;

use super::{Change, GroupId, Grouping, Settings};
use crate::topics::centroid::SplitCosine;

/// The heaviest terms of a group, by which another group like it is found.
const LEADING_TERMS: usize = 12;
/// A term that leads more groups than this does not show which of them are one.
const MAX_LED_GROUPS: usize = 64;
/// Of the cosine of two middles that are near each other, at least so much lies in the terms that lead both and few
/// others.
const LEADING_SHARE: f32 = 0.25;

impl Settings {
    /// Returns `true` if two groups with middles so near to each other are one.
    fn is_one(&self, near: SplitCosine) -> bool {
        let alike = near.total() >= self.merge && near.matter >= self.merge_matter;
        let at_place = near.total() >= self.merge_at_place
            && near.place >= self.place_part
            && near.matter >= self.matter_part;
        alike || at_place
    }
}

impl<K: Copy + Eq + Hash + Ord + Send + Sync> Grouping<K> {
    /// Updates the index of leading terms for a group.
    pub(super) fn index_leading_terms(&mut self, id: GroupId) {
        let Some(group) = self.groups.get_mut(&id) else {
            return;
        };
        let leading = group.centroid.leading(LEADING_TERMS);
        let before = std::mem::replace(&mut group.leading, leading.clone());
        self.unindex_leading_terms(id, &before);
        for (term, weight) in leading {
            self.by_leading_term.entry(term).or_default().push((id, weight));
        }
    }

    pub(super) fn unindex_leading_terms(&mut self, id: GroupId, leading: &[(u32, f32)]) {
        for (term, _) in leading {
            if let Some(led) = self.by_leading_term.get_mut(term) {
                if let Some(at) = led.iter().position(|(other, _)| *other == id) {
                    led.swap_remove(at);
                }
                if led.is_empty() {
                    self.by_leading_term.remove(term);
                }
            }
        }
    }

    /// Unites groups that were touched with groups whose middles are near, the nearest pair first.
    pub(super) fn merge(&mut self) -> Vec<Change> {
        for id in self.touched.clone() {
            self.index_leading_terms(id);
        }
        let touched: Vec<GroupId> = self.touched.iter().copied().collect();
        let near = touched.par_iter().flat_map_iter(|id| self.near(*id));
        let mut pairs: Vec<(f32, GroupId, GroupId)> = near.collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        pairs.dedup();
        let mut changes = Vec::new();
        for (_, a, b) in pairs {
            let near = match (self.groups.get(&a), self.groups.get(&b)) {
                (Some(a), Some(b)) => a.centroid.split_between(&b.centroid),
                _ => continue,
            };
            if self.settings.is_one(near) {
                self.merge_two(b, a);
                changes.push(Change::Merged { from: b, into: a });
            }
        }
        changes
    }

    /// The groups whose middles are so near to a group's that they are one with it.
    fn near(&self, id: GroupId) -> Vec<(f32, GroupId, GroupId)> {
        let Some(group) = self.groups.get(&id).filter(|_| !self.pinned.contains(&id)) else {
            return Vec::new();
        };
        let led = group
            .leading
            .iter()
            .filter_map(|(term, own)| Some((*own, self.by_leading_term.get(term)?)));
        let mut shared: Vec<(GroupId, f32)> = led
            .filter(|(_, led)| led.len() <= MAX_LED_GROUPS)
            .flat_map(|(own, led)| led.iter().map(move |(other, theirs)| (*other, own * theirs)))
            .collect();
        shared.sort_by_key(|(other, _)| *other);
        shared.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        let alike = shared
            .into_iter()
            .filter(|(other, shared)| *other != id && *shared >= LEADING_SHARE * self.settings.merge_at_place)
            .filter(|(other, _)| !self.pinned.contains(other))
            .filter_map(|(other, _)| Some((other, self.groups.get(&other)?)));
        let lookup = group.centroid.lookup();
        let least = self.settings.merge.min(self.settings.merge_at_place);
        let near = alike.filter_map(|(other, its)| {
            let near = group.centroid.between(&lookup, &its.centroid);
            let is_one = near >= least && self.settings.is_one(group.centroid.split_between(&its.centroid));
            is_one.then_some((near, id.min(other), id.max(other)))
        });
        near.collect()
    }

    fn merge_two(&mut self, from: GroupId, into: GroupId) {
        let Some(gone) = self.groups.remove(&from) else {
            return;
        };
        self.unindex_leading_terms(from, &gone.leading);
        for key in &gone.members {
            self.of.insert(*key, into);
        }
        if let Some(group) = self.groups.get_mut(&into) {
            group.members.extend(gone.members);
            group.centroid.merge(&gone.centroid);
        }
    }
}
