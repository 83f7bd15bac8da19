//! Merges groups: compares the centroids of groups that share leading terms. A report alone in its group joins another.

use std::collections::BTreeSet;
use std::hash::Hash;

use rayon::prelude::*;

use super::{Change, Group, GroupId, Grouping, Settings};
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

    /// Merges until no two groups are near: a merge moves a centroid, and may bring it near to a third group.
    pub(super) fn merge_all(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut moved = self.touched.clone();
        while !moved.is_empty() {
            let merged = self.merge(&moved);
            moved = merged.iter().map(|(_, into)| *into).collect();
            self.touched.extend(&moved);
            let merged = merged.into_iter();
            changes.extend(merged.map(|(from, into)| Change::Merged { from, into }));
        }
        changes
    }

    /// Moves each touched report that is alone in its group, because a split left it there, to the group with the nearest
    /// centroid. The limit is that of a new report; names of places alone do not suffice.
    pub(super) fn join_singles(&mut self) -> Vec<Change> {
        let is_single = |id: &GroupId| {
            let size = self.groups.get(id).map(|group| group.members.len());
            size == Some(1) && !self.pinned.contains(id)
        };
        let singles = self.touched.iter().copied().filter(is_single);
        let moves: Vec<_> = singles.filter_map(|id| Some((id, self.nearest(id)?))).collect();
        let mut changes = Vec::new();
        for (from, into) in moves {
            self.merge_two(from, into);
            changes.push(Change::Merged { from, into });
        }
        changes
    }

    /// Returns the group of several reports that a single one joins.
    fn nearest(&self, single: GroupId) -> Option<GroupId> {
        let group = self.groups.get(&single)?;
        let several = self.sharing(single, group, self.settings.join);
        let several = several.filter(|(_, other)| other.members.len() > 1);
        let by_nearness = several.map(|(id, other)| (group.centroid.split_between(&other.centroid), id));
        let (near, id) =
            by_nearness.max_by(|a, b| a.0.total().total_cmp(&b.0.total()).then(b.1.cmp(&a.1)))?;
        (near.total() >= self.settings.join && near.matter >= self.settings.merge_matter).then_some(id)
    }

    /// Unites groups whose middles moved with groups near to them, the nearest pair first. Returns who went where.
    fn merge(&mut self, moved: &BTreeSet<GroupId>) -> Vec<(GroupId, GroupId)> {
        for id in moved {
            self.index_leading_terms(*id);
        }
        let near = moved.par_iter().flat_map_iter(|id| self.near(*id));
        let mut pairs: Vec<(f32, GroupId, GroupId)> = near.collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        pairs.dedup();
        let mut merged = Vec::new();
        for (_, a, b) in pairs {
            let near = match (self.groups.get(&a), self.groups.get(&b)) {
                (Some(a), Some(b)) => a.centroid.split_between(&b.centroid),
                _ => continue,
            };
            if self.settings.is_one(near) {
                self.merge_two(b, a);
                merged.push((b, a));
            }
        }
        merged
    }

    /// The groups whose middles are so near to a group's that they are one with it.
    fn near(&self, id: GroupId) -> Vec<(f32, GroupId, GroupId)> {
        let Some(group) = self.groups.get(&id).filter(|_| !self.pinned.contains(&id)) else {
            return Vec::new();
        };
        let lookup = group.centroid.lookup();
        let least = self.settings.merge.min(self.settings.merge_at_place);
        let near = self.sharing(id, group, least).filter_map(|(other, its)| {
            let near = group.centroid.between(&lookup, &its.centroid);
            let is_one = near >= least && self.settings.is_one(group.centroid.split_between(&its.centroid));
            is_one.then_some((near, id.min(other), id.max(other)))
        });
        near.collect()
    }

    /// The groups whose middles may be as near as `least` to a group's, by the terms that lead both.
    fn sharing<'a>(
        &'a self,
        id: GroupId,
        group: &Group<K>,
        least: f32,
    ) -> impl Iterator<Item = (GroupId, &'a Group<K>)> {
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
        let alike = shared.into_iter();
        alike
            .filter(move |(other, shared)| *other != id && *shared >= LEADING_SHARE * least)
            .filter(|(other, _)| !self.pinned.contains(other))
            .filter_map(|(other, _)| Some((other, self.groups.get(&other)?)))
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
