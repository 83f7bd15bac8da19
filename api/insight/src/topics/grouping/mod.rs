//! Incremental grouping.
//!
//! A report joins the group with the nearest centroid, never the group of a single similar report, so groups do not
//! chain. `splitting` takes groups apart, `merging` unites groups whose centroids are near.

mod merging;
mod splitting;

use std::collections::BTreeSet;
use std::hash::Hash;

use rayon::prelude::*;

use crate::similar::hasher::{ByKey, ByNumber};
use crate::similar::{Features, Found, Index, TermWeights, UnitVector};
use crate::topics::centroid::Centroid;

/// Neighbours looked at for one report.
const NEIGHBOURS: usize = 48;
/// Reports whose neighbours are looked for while those before them are placed.
const PORTION: usize = 64;

/// How alike is alike enough; cosines, chosen by reading the groups of real messages (`docs/insight.md`).
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Two reports that found a group.
    pub pair: f32,
    /// A report and the middle of a group.
    pub join: f32,
    /// The middles of two groups that are one.
    pub merge: f32,
    /// Least part of [`Self::merge`] that is not in names of places.
    pub merge_matter: f32,
    /// The middles of two groups that name one place, and the least parts of that in its name and besides.
    pub merge_at_place: f32,
    /// See [`Self::merge_at_place`].
    pub place_part: f32,
    /// See [`Self::merge_at_place`].
    pub matter_part: f32,
    /// Least mean cosine of a topic's reports without the names of places.
    pub topic_matter: f32,
    /// Least mean cosine of a topic of many reports, and what is added for few, divided by their number.
    pub topic_floor: f32,
    /// See [`Self::topic_floor`].
    pub topic_of_few: f32,
    /// A group whose members are less alike than this on average comes apart.
    pub apart: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pair: 0.16,
            join: 0.20,
            merge: 0.36,
            merge_matter: 0.03,
            merge_at_place: 0.25,
            place_part: 0.08,
            matter_part: 0.08,
            topic_matter: 0.024,
            topic_floor: 0.085,
            topic_of_few: 0.45,
            apart: 0.07,
        }
    }
}

/// A group's name while it is in memory.
pub type GroupId = u32;

/// A merge or a split of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A group became part of another.
    Merged {
        /// The group that is gone.
        from: GroupId,
        /// The group that has its reports now.
        into: GroupId,
    },
    /// A group left another.
    Split {
        /// The group that they left.
        from: GroupId,
        /// The new group.
        into: GroupId,
    },
}

/// All groups over an index of reports.
#[derive(Clone, Debug)]
pub struct Grouping<K> {
    settings: Settings,
    groups: ByNumber<Group<K>>,
    of: ByKey<K, GroupId>,
    next: GroupId,
    touched: BTreeSet<GroupId>,
    /// The groups by their heaviest terms, and how heavy those are.
    by_leading_term: ByNumber<Vec<(GroupId, f32)>>,
    /// Groups that an analyst shaped; they are never merged automatically.
    pinned: BTreeSet<GroupId>,
}

#[derive(Clone, Debug)]
struct Group<K> {
    members: BTreeSet<K>,
    centroid: Centroid,
    /// The heaviest terms with their weights, in ascending order, as of the last time anything was united.
    leading: Vec<(u32, f32)>,
}

/// A report that is to be placed, and who resembles it.
struct Neighbourhood<K> {
    key: K,
    unit: UnitVector,
    lookup: TermWeights,
    neighbours: Vec<Found<K>>,
}

impl<K> Default for Group<K> {
    fn default() -> Self {
        Self {
            members: BTreeSet::new(),
            centroid: Centroid::default(),
            leading: Vec::new(),
        }
    }
}

impl<K: Copy + Eq + Hash + Ord + Send + Sync> Grouping<K> {
    /// Creates an empty grouping.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            groups: ByNumber::default(),
            of: ByKey::default(),
            next: 0,
            touched: BTreeSet::new(),
            by_leading_term: ByNumber::default(),
            pinned: BTreeSet::new(),
        }
    }

    /// In ascending order: the older first.
    pub fn ids(&self) -> impl Iterator<Item = GroupId> + '_ {
        let mut ids: Vec<GroupId> = self.groups.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The reports of a group, in order.
    pub fn members(&self, group: GroupId) -> impl Iterator<Item = K> + '_ {
        self.groups
            .get(&group)
            .into_iter()
            .flat_map(|group| group.members.iter().copied())
    }

    /// Returns the group of a report.
    #[must_use]
    pub fn group_of(&self, key: K) -> Option<GroupId> {
        self.of.get(&key).copied()
    }

    /// How alike the members are: the mean cosine between two of them.
    #[must_use]
    pub fn coherence(&self, group: GroupId) -> f32 {
        self.groups
            .get(&group)
            .map_or(0.0, |group| group.centroid.coherence())
    }

    /// Returns `true` if the group is a topic: reports enough that are alike enough, and not by the name of a place alone.
    #[must_use]
    pub fn is_topic(&self, index: &Index<K>, group: GroupId) -> bool {
        let Some(held) = self.groups.get(&group) else {
            return false;
        };
        let coherent = self
            .settings
            .is_coherent(held.members.len(), held.centroid.coherence());
        coherent && !self.is_held_by_place(index, held, self.settings.topic_matter)
    }

    /// Starts a group known from before; its members keep together whatever they are.
    pub fn restore(&mut self, index: &Index<K>, members: &[K], pinned: bool) -> GroupId {
        let group = self.fresh();
        for key in members {
            if let Some(features) = index.features(*key) {
                self.put(group, *key, &index.unit(features));
            }
        }
        if pinned {
            self.pinned.insert(group);
        }
        self.touched.remove(&group);
        self.index_leading_terms(group);
        group
    }

    /// Assigns reports to groups in key order, whatever order they are given in; then splits incoherent groups, merges groups
    /// with near centroids, and lets reports that are alone in a group join the nearest one.
    pub fn assign(&mut self, index: &Index<K>, keys: &[K]) -> Vec<Change> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.retain(|key| !self.of.contains_key(key));
        // Who resembles whom does not change while they are placed, and is most of the work.
        let settings = self.settings;
        let look_at_all = |part: &[K]| -> Vec<Neighbourhood<K>> {
            let looked = part.par_iter().filter_map(|key| look(index, *key, settings));
            looked.collect()
        };
        let mut looked = Vec::new();
        for part in keys.chunks(PORTION).chain([&[][..]]) {
            let place_all = || looked.iter().for_each(|one| self.place(index, one));
            let (_, next) = rayon::join(place_all, || look_at_all(part));
            looked = next;
        }
        let mut changes = self.split_incoherent(index);
        changes.extend(self.merge_all());
        changes.extend(self.join_singles());
        self.touched.clear();
        changes
    }

    /// Forgets reports that are too old to be met again.
    pub fn forget_all(&mut self, index: &Index<K>, keys: &[K]) {
        let unit = |key: &K| {
            let known = self.of.contains_key(key).then(|| index.features(*key));
            known.flatten().map(|features| index.unit(features))
        };
        let units: Vec<Option<UnitVector>> = keys.par_iter().map(unit).collect();
        for (key, unit) in keys.iter().zip(units) {
            self.forget(*key, unit.as_ref());
        }
    }

    fn forget(&mut self, key: K, unit: Option<&UnitVector>) {
        let Some(id) = self.of.remove(&key) else { return };
        let Some(group) = self.groups.get_mut(&id) else {
            return;
        };
        group.members.remove(&key);
        if let Some(unit) = unit {
            group.centroid.take(unit);
        }
        if group.members.is_empty() {
            let leading = std::mem::take(&mut group.leading);
            self.unindex_leading_terms(id, &leading);
            self.groups.remove(&id);
            self.pinned.remove(&id);
        }
    }

    fn fresh(&mut self) -> GroupId {
        self.next += 1;
        self.next
    }

    fn put(&mut self, group: GroupId, key: K, unit: &UnitVector) {
        let held = self.groups.entry(group).or_default();
        if held.members.insert(key) {
            held.centroid.add(unit);
        }
        self.of.insert(key, group);
        self.touched.insert(group);
    }

    /// How near a text is to the middle of a group: a cosine.
    #[must_use]
    pub fn nearness(&self, index: &Index<K>, group: GroupId, features: &Features) -> f32 {
        self.cosine(group, &index.unit(features).lookup())
    }

    fn cosine(&self, group: GroupId, unit: &TermWeights) -> f32 {
        let group = self.groups.get(&group);
        group.map_or(0.0, |group| group.centroid.cosine(unit))
    }

    fn place(&mut self, index: &Index<K>, looked: &Neighbourhood<K>) {
        let Neighbourhood {
            key,
            unit,
            lookup,
            neighbours,
        } = looked;
        if self.of.contains_key(key) {
            return;
        }
        let (mut around, mut alone) = (Vec::new(), Vec::new());
        for found in neighbours {
            match self.group_of(found.key) {
                Some(group) => around.push(group),
                None if found.key != *key && found.similarity >= self.settings.pair => alone.push(found.key),
                None => {}
            }
        }
        around.sort_unstable();
        around.dedup();
        let by_nearness = around
            .into_iter()
            .map(|group| (self.cosine(group, lookup), group));
        let nearest = by_nearness.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((near, group)) = nearest
            && near >= self.settings.join
        {
            self.put(group, *key, unit);
            return;
        }
        if alone.is_empty() {
            return;
        }
        let group = self.fresh();
        self.put(group, *key, unit);
        for partner in alone {
            let Some(features) = index.features(partner) else {
                continue;
            };
            let unit = index.unit(features);
            if self.cosine(group, &unit.lookup()) >= self.settings.pair {
                self.put(group, partner, &unit);
            }
        }
    }
}

/// Who resembles a report; none for one that the index does not hold.
fn look<K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    key: K,
    settings: Settings,
) -> Option<Neighbourhood<K>> {
    let features = index.features(key)?;
    let (unit, neighbours) = index.search_with_unit(features, settings.pair / 2.0, NEIGHBOURS);
    Some(Neighbourhood {
        key,
        lookup: unit.lookup(),
        unit,
        neighbours,
    })
}

/// A matter that fewer people speak of is theirs, not the city's.
pub const MIN_REPORTERS: usize = 2;

impl Settings {
    /// Returns `true` for three reports or more that are alike enough for their number.
    ///
    /// Of a few reports more is asked, since any two texts share something; of many less, since they speak of many
    /// sides.
    #[must_use]
    pub fn is_coherent(&self, members: usize, coherence: f32) -> bool {
        const MIN_MEMBERS: usize = 3;
        members >= MIN_MEMBERS && coherence >= self.topic_floor + self.topic_of_few / members as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three matters, told in many ways.
    fn texts() -> Vec<String> {
        let says = |name: &str, what: &[&str]| -> Vec<String> {
            what.iter().map(|what| format!("{name}{what}")).collect()
        };
        let mut texts = says(
            "丽发新城旁边的搅拌站",
            &[
                "噪音扰民",
                "灰尘太大",
                "夜里生产",
                "没有环评",
                "何时搬走",
                "污染空气",
            ],
        );
        texts.extend(says(
            "伊景园滨河苑捆绑销售车位",
            &["不合理", "强制业主", "价格虚高", "违反规定", "请查处", "不退定金"],
        ));
        texts.extend(says(
            "牡丹广场地铁口自行车",
            &[
                "乱停放",
                "堵住盲道",
                "无人管理",
                "越来越多",
                "挡住出口",
                "倒了一片",
            ],
        ));
        texts
    }

    fn index(texts: &[String]) -> Index<usize> {
        let mut index = Index::default();
        for (key, text) in texts.iter().enumerate() {
            index.add(key, Features::of("", text));
        }
        index.recompute_norms();
        index
    }

    fn sorted(grouping: &Grouping<usize>) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = grouping.ids().map(|id| grouping.members(id).collect()).collect();
        groups.sort();
        groups
    }

    #[test]
    fn a_report_alone_joins_a_group_by_its_matter_not_by_its_place() {
        let matters = ["噪音扰民", "灰尘太大", "夜里生产", "何时搬走"];
        let mut texts: Vec<String> = matters
            .iter()
            .map(|matter| format!("丽发新城小区旁边的搅拌站{matter}"))
            .collect();
        texts.push("丽发新城小区幼儿园收费".into());
        let index = index(&texts);
        let mut grouping = Grouping::new(Settings::default());
        for (group, keys) in [(1, 0..3), (2, 3..4), (3, 4..5)] {
            for key in keys {
                grouping.put(group, key, &index.unit(index.features(key).unwrap()));
            }
            grouping.index_leading_terms(group);
        }
        assert_eq!(sorted(&grouping), [vec![0, 1, 2], vec![3], vec![4]]);
        assert_eq!(grouping.join_singles(), [Change::Merged { from: 2, into: 1 }]);
        assert_eq!(sorted(&grouping), [vec![0, 1, 2, 3], vec![4]]);
    }

    #[test]
    fn each_matter_is_a_group_of_its_own() {
        let index = index(&texts());
        let mut grouping = Grouping::new(Settings::default());
        grouping.assign(&index, &(0..18).collect::<Vec<_>>());
        assert_eq!(
            sorted(&grouping),
            [(0..6).collect::<Vec<_>>(), (6..12).collect(), (12..18).collect()]
        );
        assert!(grouping.ids().all(|id| grouping.is_topic(&index, id)));
    }

    #[test]
    fn the_order_within_a_batch_does_not_matter() {
        let index = index(&texts());
        let keys: Vec<usize> = (0..18).collect();
        let mut forwards = Grouping::new(Settings::default());
        forwards.assign(&index, &keys);
        for rotation in 1..18 {
            let mut shuffled = keys.clone();
            shuffled.rotate_left(rotation);
            shuffled.swap(0, 9);
            let mut other = Grouping::new(Settings::default());
            other.assign(&index, &shuffled);
            assert_eq!(sorted(&other), sorted(&forwards));
        }
    }

    #[test]
    fn a_group_known_from_before_keeps_its_members_and_takes_new_ones() {
        let index = index(&texts());
        let mut grouping = Grouping::new(Settings::default());
        let known = grouping.restore(&index, &[0, 1, 2], false);
        assert!(grouping.assign(&index, &[3, 4, 5]).is_empty());
        assert_eq!(grouping.members(known).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn two_groups_that_turn_out_to_be_one_are_united_unless_an_analyst_parted_them() {
        let index = index(&texts());
        for pinned in [false, true] {
            let mut grouping = Grouping::new(Settings::default());
            let first = grouping.restore(&index, &[0, 1], pinned);
            let second = grouping.restore(&index, &[2, 3], pinned);
            let changes = grouping.assign(&index, &[4, 5]);
            let united = Change::Merged {
                from: second,
                into: first,
            };
            assert_eq!(changes.contains(&united), !pinned, "{changes:?}");
        }
    }

    #[test]
    fn what_holds_nothing_in_common_comes_apart() {
        let index = index(&texts());
        let mut grouping = Grouping::new(Settings {
            apart: 0.3,
            ..Settings::default()
        });
        let known = grouping.restore(&index, &[0, 1, 2, 6, 7, 8, 12, 13], false);
        let changes = grouping.assign(&index, &[14]);
        assert!(
            changes
                .iter()
                .all(|change| matches!(change, Change::Split { from, .. } if *from == known))
        );
        assert_eq!(changes.len(), 2, "{changes:?}");
    }

    #[test]
    fn a_chain_of_resemblances_is_no_group() {
        // Each resembles the next, the first and the last have nothing in common.
        let names = ["甲湾", "乙桥", "丙岭", "丁屯", "戊坡", "己塘", "庚坝", "辛洼"];
        let chain: Vec<String> = names
            .windows(2)
            .map(|pair| format!("{}，{}", pair[0], pair[1]))
            .collect();
        let index = index(&chain);
        let mut grouping = Grouping::new(Settings::default());
        grouping.assign(&index, &(0..chain.len()).collect::<Vec<_>>());
        assert!(
            grouping
                .ids()
                .all(|id| grouping.members(id).count() < chain.len())
        );
    }

    #[test]
    fn forgetting_the_last_member_ends_a_group() {
        let index = index(&texts());
        let mut grouping = Grouping::new(Settings::default());
        let known = grouping.restore(&index, &[0, 1], false);
        grouping.forget_all(&index, &[0]);
        assert_eq!(grouping.members(known).collect::<Vec<_>>(), [1]);
        grouping.forget_all(&index, &[1]);
        assert_eq!(grouping.ids().count(), 0);
    }
}
