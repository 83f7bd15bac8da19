//! Inverted index over recent reports. Adding or removing a report costs its own terms only; nothing is rescanned.

use std::cell::RefCell;
use std::hash::Hash;
use std::hint::black_box;

use rayon::prelude::*;

use crate::similar::features::{Features, weight};
use crate::similar::hasher::ByKey;
use crate::similar::posting_list::Entries;
use crate::similar::postings::{MAX_SLOTS, Postings};
use crate::similar::term_weights::TermWeights;

/// A term held by more than one report in this many yields no candidates; it only adds to their scores.
const COMMON_SHARE: usize = 150;
const COMMON_FLOOR: usize = 64;
/// Maximum number of postings one search visits, the rarest terms first.
const MAX_VISITS: usize = 4_000;
/// Number of candidates whose score is computed exactly.
const MAX_CANDIDATES: usize = 64;
/// Reports added to the count, so that in a nearly empty index not every word is common.
const VIRTUAL_REPORTS: f32 = 100.0;
/// Additions below this number never trigger a recomputation of the norms.
const NORMS_FLOOR: usize = 32;
/// The slots are compacted once there are more empty ones than `GONE_FLOOR` plus one per `GONE_SHARE` reports.
const GONE_FLOOR: usize = 1_024;
const GONE_SHARE: usize = 4;

thread_local! {
    static ACCUMULATOR: RefCell<ScoreAccumulator> = RefCell::default();
}

/// Reports by the terms they share.
#[derive(Clone, Debug)]
pub struct Index<K> {
    slots: Vec<Option<Entry<K>>>,
    /// The first slot that holds a report.
    first: u32,
    by_key: ByKey<K, u32>,
    postings: Postings,
    /// Reports added since the norms were worked out, and reports at that time.
    added: usize,
    normed_at: usize,
}

#[derive(Clone, Debug)]
struct Entry<K> {
    key: K,
    features: Features,
    norm: f32,
}

/// A report that resembles the one asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<K> {
    /// Key of the document.
    pub key: K,
    /// Cosine of the weighted terms: 0 nothing in common, 1 the same.
    pub similarity: f32,
}

/// A text's terms weighed by their rarity, as a vector of length 1, in ascending order of terms.
#[derive(Clone, Debug, Default)]
pub struct UnitVector {
    weights: Vec<(u32, f32)>,
    /// Terms that are part of a place's name, in ascending order.
    places: Vec<u32>,
}

impl UnitVector {
    /// Iterates over terms and weights.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.weights.iter().copied()
    }

    /// Returns `true` if the term is part of a place's name in the text.
    #[must_use]
    pub fn is_place(&self, term: u32) -> bool {
        self.places.binary_search(&term).is_ok()
    }

    /// Prepares the weights for lookups by term.
    #[must_use]
    pub fn lookup(&self) -> TermWeights {
        TermWeights::new(&self.weights)
    }
}

/// A report that is asked about.
struct Query<'a> {
    unit: UnitVector,
    /// Factor per term for another report's weight, before division by the other report's norm.
    gains: TermWeights,
    /// Gains and postings of the terms that are rare enough to yield candidates.
    rare: Vec<(f32, Entries<'a>)>,
}

/// Score per slot; the buffer is reused between searches and all zero in between.
#[derive(Default)]
struct ScoreAccumulator {
    shared: Vec<f32>,
    touched: Vec<u32>,
}

impl ScoreAccumulator {
    /// The slots that share the most, in no order.
    fn strongest(&mut self, slots: usize, rare: Vec<(f32, Entries<'_>)>) -> Vec<u32> {
        self.shared.resize(slots.max(self.shared.len()), 0.0);
        let mut visits = 0;
        for (gain, entries) in rare {
            visits += entries.len();
            if visits > MAX_VISITS {
                break;
            }
            for held in entries {
                if let Some(sum) = self.shared.get_mut(held.slot as usize) {
                    if *sum <= 0.0 {
                        self.touched.push(held.slot);
                    }
                    *sum += gain * weight(held.halves);
                }
            }
        }
        // Sums are not negative, so that their bits stand in their order; of equals the earlier slot comes first.
        let mut ranked: Vec<u64> = Vec::with_capacity(self.touched.len());
        for slot in self.touched.drain(..) {
            if let Some(sum) = self.shared.get_mut(slot as usize) {
                let sum = std::mem::take(sum).to_bits();
                ranked.push((u64::from(!sum) << u32::BITS) | u64::from(slot));
            }
        }
        if ranked.len() > MAX_CANDIDATES {
            ranked.select_nth_unstable(MAX_CANDIDATES);
            ranked.truncate(MAX_CANDIDATES);
        }
        ranked.into_iter().map(|ranked| ranked as u32).collect()
    }
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            first: 0,
            by_key: ByKey::default(),
            postings: Postings::default(),
            added: 0,
            normed_at: 0,
        }
    }
}

impl<K: Copy + Eq + Hash + Ord + Send + Sync> Index<K> {
    /// Returns the number of documents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Returns `true` if nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Returns `true` if the document is in the index.
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Adds a report; one that is known already is replaced.
    pub fn add(&mut self, key: K, features: Features) {
        self.add_all([(key, features)]);
    }

    /// Adds reports in order, on all cores if they are many. The result equals adding them one by one.
    pub fn add_all(&mut self, reports: impl IntoIterator<Item = (K, Features)>) {
        let mut reports = reports.into_iter().peekable();
        while let Some((key, _)) = reports.peek() {
            self.remove(*key);
            let until_recompute = (self.normed_at.max(NORMS_FLOOR) + 1).saturating_sub(self.added);
            let room = until_recompute.max(1).min(MAX_SLOTS - self.slots.len());
            let first = self.slots.len() as u32;
            let before = self.len();
            let mut part = Vec::new();
            while part.len() < room
                && let Some((key, features)) = reports.next_if(|(key, _)| !self.contains(*key))
            {
                self.by_key.insert(key, first + part.len() as u32);
                part.push((key, features));
            }
            if part.is_empty() {
                return;
            }
            self.hold(first, before, part);
        }
    }

    /// Puts reports into slots that are theirs already, the first into slot `first`; `before` them there were so many.
    fn hold(&mut self, first: u32, before: usize, reports: Vec<(K, Features)>) {
        let features: Vec<&Features> = reports.iter().map(|(_, features)| features).collect();
        let squares = self
            .postings
            .push_all(first, &features, |place, halves, holding| {
                (weight(halves) * rarity(before + place + 1, holding)).powi(2)
            });
        let entries = reports
            .into_iter()
            .zip(squares)
            .map(|((key, features), squares)| {
                let norm = squares.into_iter().sum::<f32>().sqrt();
                Some(Entry { key, features, norm })
            });
        self.slots.extend(entries);
        self.added += self.slots.len() - first as usize;
        // While it grows whenever it has doubled, later whenever all of it has been replaced.
        if self.added > self.normed_at.max(NORMS_FLOOR) {
            self.recompute_norms();
        }
    }

    /// Removes a report. Its postings are freed when the slots are compacted.
    pub fn remove(&mut self, key: K) {
        self.remove_all(&[key]);
    }

    /// Removes reports, on all cores if they are many.
    pub fn remove_all(&mut self, keys: &[K]) {
        let gone: Vec<Features> = keys
            .iter()
            .filter_map(|key| {
                let slot = self.by_key.remove(key)?;
                Some(self.slots.get_mut(slot as usize)?.take()?.features)
            })
            .collect();
        if gone.is_empty() {
            return;
        }
        self.postings.remove_all(&gone.iter().collect::<Vec<_>>());
        while self.slots.get(self.first as usize).is_some_and(Option::is_none) {
            self.first += 1;
        }
        if self.slots.len() - self.len() > GONE_FLOOR + self.len() / GONE_SHARE {
            self.compact();
        }
    }

    /// Returns the features of a document.
    #[must_use]
    pub fn features(&self, key: K) -> Option<&Features> {
        self.entry(key).map(|entry| &entry.features)
    }

    /// How much a term says: `ln(1 + reports / reports with it)`.
    #[must_use]
    pub fn rarity(&self, term: u32) -> f32 {
        rarity(self.len(), self.postings.document_frequency(term))
    }

    /// A text as a vector of length 1.
    #[must_use]
    pub fn unit(&self, features: &Features) -> UnitVector {
        let terms = features.terms();
        let mut weighed: Vec<(u32, f32)> = terms
            .map(|(term, weight)| (term, weight * self.rarity(term)))
            .collect();
        scale(&mut weighed);
        UnitVector {
            weights: weighed,
            places: features.places().collect(),
        }
    }

    /// The cosine between two texts.
    #[must_use]
    pub fn similarity(&self, a: &Features, b: &Features) -> f32 {
        self.unit(a).lookup().dot(self.unit(b).iter())
    }

    /// Reports at least so similar, the most similar first, `limit` at most. The report itself is among
    /// them if it has been added.
    #[must_use]
    pub fn search(&self, features: &Features, at_least: f32, limit: usize) -> Vec<Found<K>> {
        self.search_with_unit(features, at_least, limit).1
    }

    /// Searches like [`Self::search`] and also returns the text as a unit vector: both need the rarity of each term.
    pub(crate) fn search_with_unit(
        &self,
        features: &Features,
        at_least: f32,
        limit: usize,
    ) -> (UnitVector, Vec<Found<K>>) {
        let query = self.query(features);
        let slots =
            ACCUMULATOR.with_borrow_mut(|accumulator| accumulator.strongest(self.slots.len(), query.rare));
        let entries: Vec<&Entry<K>> = slots
            .into_iter()
            .filter_map(|slot| self.slots.get(slot as usize)?.as_ref())
            .collect();
        // The entries are scattered over memory: touching all of them first overlaps the cache misses.
        black_box(entries.iter().fold(0, |sum, entry| sum ^ entry.features.touch()));
        let mut found: Vec<Found<K>> = entries
            .into_iter()
            .map(|entry| Found {
                key: entry.key,
                similarity: query.gains.dot_tf(&entry.features) / entry.norm.max(f32::MIN_POSITIVE),
            })
            .filter(|found| found.similarity >= at_least)
            .collect();
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
        found.truncate(limit);
        (query.unit, found)
    }

    fn query(&self, features: &Features) -> Query<'_> {
        let common = (self.len() / COMMON_SHARE).max(COMMON_FLOOR);
        let count = features.len();
        let (mut weighed, mut gains) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut rare = Vec::with_capacity(count);
        for (term, weight) in features.terms() {
            let (holding, entries) = self.postings.of(term);
            let rarity = rarity(self.len(), holding);
            weighed.push((term, weight * rarity));
            let gain = weight * rarity * rarity;
            gains.push((term, gain));
            if holding as usize <= common {
                rare.push((gain, entries.starting_at(self.first)));
            }
        }
        let norm = scale(&mut weighed);
        for (_, gain) in &mut gains {
            *gain /= norm;
        }
        rare.sort_by_key(|(_, entries)| entries.len());
        Query {
            unit: UnitVector {
                weights: weighed,
                places: features.places().collect(),
            },
            gains: TermWeights::new(&gains),
            rare,
        }
    }

    /// Recomputes all norms, because rarity changes as reports are added. Called automatically whenever as many
    /// reports were added as there were at the last computation.
    pub fn recompute_norms(&mut self) {
        self.normed_at = self.len();
        self.added = 0;
        let mut slots = std::mem::take(&mut self.slots);
        slots.par_iter_mut().flatten().for_each(|entry| {
            let terms = entry.features.terms();
            let squares = terms.map(|(term, weight)| (weight * self.rarity(term)).powi(2));
            entry.norm = squares.sum::<f32>().sqrt();
        });
        self.slots = slots;
    }

    fn entry(&self, key: K) -> Option<&Entry<K>> {
        let slot = self.by_key.get(&key)?;
        self.slots.get(*slot as usize)?.as_ref()
    }

    /// Removes empty slots and renumbers the postings.
    fn compact(&mut self) {
        let mut next = 0;
        let renamed: Vec<Option<u32>> = self
            .slots
            .iter()
            .map(|entry| {
                let slot = entry.is_some().then_some(next);
                next += u32::from(entry.is_some());
                slot
            })
            .collect();
        self.slots.retain(Option::is_some);
        self.first = 0;
        for slot in self.by_key.values_mut() {
            *slot = renamed.get(*slot as usize).copied().flatten().unwrap_or(*slot);
        }
        self.postings.rename(&renamed);
    }
}

/// How much a term says that `holding` of so many reports hold.
fn rarity(reports: usize, holding: u32) -> f32 {
    (1.0 + (reports as f32 + VIRTUAL_REPORTS) / (holding as f32 + 1.0)).ln()
}

/// Scales a vector to length 1 and returns its former length.
fn scale(weighed: &mut [(u32, f32)]) -> f32 {
    let squares = weighed.iter().map(|(_, weight)| weight * weight);
    let norm = squares.sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for (_, weight) in weighed {
        *weight /= norm;
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<&'static str> {
        vec![
            "丽发新城小区旁边的搅拌站噪音扰民",
            "丽发新城附近修建搅拌站，灰尘大，噪音大",
            "伊景园滨河苑捆绑销售车位",
            "滨河苑强制捆绑车位销售不合理",
            "地铁七号线什么时候开工",
        ]
    }

    fn index() -> Index<usize> {
        let mut index = Index::default();
        for (key, text) in texts().into_iter().enumerate() {
            index.add(key, Features::of("", text));
        }
        index
    }

    #[test]
    fn the_same_matter_is_found_however_it_is_worded() {
        let index = index();
        for (query, expected) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
            let found = index.search(index.features(query).unwrap(), 0.1, 5);
            assert_eq!(found[0].key, query);
            assert!((found[0].similarity - 1.0).abs() < 0.05, "{found:?}");
            assert_eq!(found[1].key, expected);
        }
        assert_eq!(index.search(index.features(4).unwrap(), 0.1, 5).len(), 1);
    }

    #[test]
    fn a_removed_report_is_found_no_more_and_counts_no_more() {
        let mut index = index();
        let query = index.features(0).unwrap().clone();
        index.remove(1);
        assert!(index.search(&query, 0.1, 5).iter().all(|found| found.key != 1));
        let mut never = Index::default();
        for (key, text) in texts().into_iter().enumerate().filter(|(key, _)| *key != 1) {
            never.add(key, Features::of("", text));
        }
        for (term, _) in query.terms() {
            assert!((index.rarity(term) - never.rarity(term)).abs() < f32::EPSILON);
        }
    }

    #[test]
    fn removing_most_of_it_frees_the_lists() {
        let mut index = Index::default();
        for key in 0..3_000_usize {
            index.add(key, Features::of("", &format!("第{key}街坊路灯{}", key % 7)));
        }
        for key in 0..2_500 {
            index.remove(key);
        }
        assert_eq!(index.len(), 500);
        assert!(index.slots.len() < 1_700);
        let found = index.search(&Features::of("", "第2999街坊路灯"), 0.1, 3);
        assert_eq!(found[0].key, 2_999);
    }

    #[test]
    fn many_at_once_are_the_same_as_one_after_the_other() {
        let told = |nth: usize| format!("第{}街坊的路灯{}，旁边{}号井盖坏了", nth % 40, nth % 7, nth);
        let reports: Vec<_> = (0..300).map(|nth| (nth, Features::of("", &told(nth)))).collect();
        // One comes twice: the later one counts.
        let again = (3, Features::of("", &told(900)));
        let reports: Vec<_> = reports.into_iter().chain([again]).collect();
        let (mut single, mut whole) = (Index::default(), Index::default());
        reports
            .iter()
            .cloned()
            .for_each(|(key, features)| single.add(key, features));
        whole.add_all(reports.iter().cloned());
        let searches = |index: &Index<usize>| -> Vec<Vec<Found<usize>>> {
            reports
                .iter()
                .map(|(_, features)| index.search(features, 0.0, 64))
                .collect()
        };
        assert_eq!((single.len(), whole.len()), (300, 300));
        assert_eq!(searches(&single), searches(&whole));
        let gone: Vec<usize> = (0..300).filter(|nth| nth % 3 == 0).collect();
        gone.iter().for_each(|key| single.remove(*key));
        whole.remove_all(&gone);
        assert_eq!((single.len(), whole.len()), (200, 200));
        assert_eq!(searches(&single), searches(&whole));
    }

    #[test]
    fn the_order_in_which_reports_came_does_not_matter() {
        let forwards = index();
        let mut backwards = Index::default();
        for (key, text) in texts().into_iter().enumerate().rev() {
            backwards.add(key, Features::of("", text));
        }
        let query = Features::of("", "丽发新城搅拌站");
        let keys = |index: &Index<usize>| -> Vec<usize> {
            index
                .search(&query, 0.05, 5)
                .iter()
                .map(|found| found.key)
                .collect()
        };
        assert_eq!(keys(&forwards), keys(&backwards));
    }
}
