//! Takes groups apart: those that are no longer about one thing, and those that hold several matters at one place.

use std::hash::Hash;

use super::{Change, Group, GroupId, Grouping, Settings, look};
use crate::similar::{Index, UnitVector};
use crate::topics::centroid::{Centroid, for_shared, plus};

/// Smaller groups are not looked at for coming apart.
const MIN_SPLIT: usize = 6;
/// Smaller groups hold no two matters of two reports.
const MIN_AT_PLACE: usize = 4;
/// The reports of a larger group are not compared with each other.
const MAX_AT_PLACE: usize = 48;
/// A group whose mean cosine without the names of places is less may hold several matters at one place.
const HELD_BY_PLACE: f32 = 0.045;
/// Mean cosine, without the names of places, of reports at one place that are about one matter.
const SAME_MATTER: f32 = 0.15;

/// Terms and weights, in ascending order of terms.
type Weights = Vec<(u32, f32)>;

impl<K: Copy + Eq + Hash + Ord + Send + Sync> Grouping<K> {
    /// Splits groups that were touched and are no longer about one thing; the largest part stays the group.
    pub(super) fn split_incoherent(&mut self, index: &Index<K>) -> Vec<Change> {
        let touched = self.touched.iter().copied();
        let automatic: Vec<GroupId> = touched.filter(|id| !self.pinned.contains(id)).collect();
        let mut changes = Vec::new();
        for id in automatic {
            let size = self.members(id).count();
            if size >= MIN_SPLIT && self.coherence(id) < self.settings.apart {
                let parts = self.group_anew(index, id);
                changes.extend(self.replace(index, id, parts));
            } else if let Some(parts) = self.matters_at_place(index, id) {
                changes.extend(self.replace(index, id, parts));
            }
        }
        changes
    }

    /// Groups the members of a group among themselves, by higher limits.
    fn group_anew(&self, index: &Index<K>, id: GroupId) -> Vec<Vec<K>> {
        let members: Vec<K> = self.members(id).collect();
        let mut own = Index::default();
        for key in &members {
            if let Some(features) = index.features(*key) {
                own.add(*key, features.clone());
            }
        }
        let mut parts = Self::new(Settings {
            join: self.settings.join * 1.25,
            pair: self.settings.pair * 1.25,
            apart: 0.0,
            ..self.settings
        });
        for key in &members {
            if let Some(looked) = look(&own, *key, parts.settings) {
                parts.place(&own, &looked);
            }
        }
        let parts = parts.groups.into_values();
        parts.map(|part| part.members.into_iter().collect()).collect()
    }

    /// Puts the parts in the place of the group, the largest under its id.
    fn replace(&mut self, index: &Index<K>, id: GroupId, mut parts: Vec<Vec<K>>) -> Vec<Change> {
        parts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        if let Some(gone) = self.groups.remove(&id) {
            self.unindex_leading_terms(id, &gone.leading);
            for key in &gone.members {
                self.of.remove(key);
            }
        }
        let mut changes = Vec::new();
        for (rank, part) in parts.into_iter().enumerate() {
            let into = if rank == 0 { id } else { self.fresh() };
            for key in part {
                if let Some(features) = index.features(key) {
                    self.put(into, key, &index.unit(features));
                }
            }
            if rank > 0 {
                changes.push(Change::Split { from: id, into });
            }
        }
        changes
    }

    /// Returns `true` if the mean cosine of a group is less than `least` without the names of places.
    pub(super) fn is_held_by_place(&self, index: &Index<K>, group: &Group<K>, least: f32) -> bool {
        // The estimate is never more than the mean itself, and costs less.
        if group.members.len() > MAX_AT_PLACE || group.centroid.matter_coherence() >= least {
            return false;
        }
        let mut sum = Weights::new();
        let mut squares = 0.0;
        for unit in units(index, group) {
            let matter: Weights = unit
                .iter()
                .filter(|(term, _)| !group.centroid.names_place(*term))
                .collect();
            squares += length(&matter).powi(2);
            plus(&mut sum, matter.into_iter(), 1.0);
        }
        let n = group.members.len().max(2) as f32;
        (length(&sum).powi(2) - squares) / (n * (n - 1.0)) < least
    }

    /// Returns the matters of a group that only the name of a place holds together. `None` if it is not such a group, or no
    /// two matters of two reports and more show in it.
    fn matters_at_place(&self, index: &Index<K>, id: GroupId) -> Option<Vec<Vec<K>>> {
        let group = self.groups.get(&id)?;
        let size = group.members.len();
        if size < MIN_AT_PLACE || !self.is_held_by_place(index, group, HELD_BY_PLACE) {
            return None;
        }
        let units = units(index, group).map(|unit| matter(&unit, &group.centroid));
        let found = matters(units);
        let large = found.iter().filter(|matter| matter.len() > 1);
        let (count, held) = (large.clone().count(), large.map(Vec::len).sum::<usize>());
        if count < 2 || held * 3 < size * 2 {
            return None;
        }
        let members: Vec<K> = group.members.iter().copied().collect();
        let keys = |matter: Vec<usize>| -> Vec<K> {
            let keys = matter.into_iter().filter_map(|at| members.get(at).copied());
            keys.collect()
        };
        Some(found.into_iter().map(keys).collect())
    }
}

fn units<'a, K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &'a Index<K>,
    group: &'a Group<K>,
) -> impl Iterator<Item = UnitVector> + 'a {
    let unit = move |key: &K| index.features(*key).map(|features| index.unit(features));
    group.members.iter().map(move |key| unit(key).unwrap_or_default())
}

/// A text without the names of places, as a vector of length 1.
fn matter(unit: &UnitVector, centroid: &Centroid) -> Weights {
    let named = |term: u32| unit.is_place(term) || centroid.names_place(term);
    let mut weights: Weights = unit.iter().filter(|(term, _)| !named(*term)).collect();
    let length = length(&weights).max(f32::MIN_POSITIVE);
    for (_, weight) in &mut weights {
        *weight /= length;
    }
    weights
}

fn length(weights: &[(u32, f32)]) -> f32 {
    let squares = weights.iter().map(|(_, weight)| weight * weight);
    squares.sum::<f32>().sqrt()
}

/// Reports that are about one matter.
struct Cluster {
    /// Positions of the reports in the group.
    members: Vec<usize>,
    /// Sum of the reports' vectors.
    sum: Weights,
}

/// Average linkage: unites the two nearest clusters until none are nearer than [`SAME_MATTER`]. Returns positions.
fn matters(units: impl Iterator<Item = Weights>) -> Vec<Vec<usize>> {
    let single = |(at, sum)| Cluster {
        members: vec![at],
        sum,
    };
    let mut clusters: Vec<Cluster> = units.enumerate().map(single).collect();
    while let Some((first, second)) = nearest(&clusters) {
        let gone = clusters.remove(second);
        if let Some(cluster) = clusters.get_mut(first) {
            cluster.members.extend(gone.members);
            plus(&mut cluster.sum, gone.sum.into_iter(), 1.0);
        }
    }
    clusters.into_iter().map(|cluster| cluster.members).collect()
}

/// The positions of the two nearest clusters, the earlier one first.
fn nearest(clusters: &[Cluster]) -> Option<(usize, usize)> {
    let mut best = (SAME_MATTER, None);
    for (first, one) in clusters.iter().enumerate() {
        for (second, other) in clusters.iter().enumerate().skip(first + 1) {
            let mut product = 0.0;
            for_shared(one.sum.iter().copied(), other.sum.iter().copied(), |_, a, b| {
                product += a * b;
            });
            let mean = product / (one.members.len() * other.members.len()) as f32;
            if mean > best.0 {
                best = (mean, Some((first, second)));
            }
        }
    }
    best.1
}
