//! An inverted index over the reports that may be meant again. It grows and shrinks by one report at a
//! time; nothing is scanned anew.

use std::collections::HashMap;
use std::hash::Hash;

use crate::similar::features::Features;
use crate::similar::spread::ByNumber;

/// A term in more than this share of the reports finds nobody by itself, it only adds to the score.
const COMMON_SHARE: usize = 150;
const COMMON_FLOOR: usize = 64;
/// Entries looked at for one search at most, the rarest terms first.
const MAX_VISITS: usize = 4_000;
/// Candidates whose score is worked out exactly.
const MAX_CANDIDATES: usize = 64;
/// As if there were so many more reports, so that the first few do not make every word common.
const VIRTUAL_REPORTS: f32 = 100.0;

/// Reports by the terms they share.
#[derive(Clone, Debug)]
pub struct Index<K> {
    slots: Vec<Option<Entry<K>>>,
    by_key: HashMap<K, u32>,
    postings: ByNumber<Posting>,
    /// Reports at the time the norms were worked out.
    normed_at: usize,
}

#[derive(Clone, Debug)]
struct Entry<K> {
    key: K,
    features: Features,
    norm: f32,
}

#[derive(Clone, Debug, Default)]
struct Posting {
    /// Reports that hold the term now.
    alive: u32,
    /// Slots, those of removed reports among them, and the term's weight there.
    entries: Vec<(u32, f32)>,
}

/// A report that resembles the one asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<K> {
    pub key: K,
    /// Cosine of the weighted terms: 0 nothing in common, 1 the same.
    pub similarity: f32,
}

/// A term of the report that is asked about.
struct Asked<'a> {
    term: u32,
    /// Its weight times the square of its rarity: what another report's weight counts for it.
    gain: f32,
    square: f32,
    posting: Option<&'a Posting>,
}

/// What two texts have in common, before their lengths are taken out.
fn shared(asked: &[Asked<'_>], other: &Features) -> f32 {
    let mut sum = 0.0;
    let (mut left, mut right) = (asked.iter().peekable(), other.terms().iter().peekable());
    while let (Some(mine), Some((term, weight))) = (left.peek(), right.peek()) {
        match mine.term.cmp(term) {
            std::cmp::Ordering::Less => left.next().is_some(),
            std::cmp::Ordering::Greater => right.next().is_some(),
            std::cmp::Ordering::Equal => {
                sum += mine.gain * weight;
                left.next();
                right.next().is_some()
            }
        };
    }
    sum
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            by_key: HashMap::new(),
            postings: ByNumber::default(),
            normed_at: 0,
        }
    }
}

impl<K: Copy + Eq + Hash + Ord> Index<K> {
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Adds a report; one that is known already is replaced.
    pub fn add(&mut self, key: K, features: Features) {
        self.remove(key);
        let Ok(slot) = u32::try_from(self.slots.len()) else {
            return;
        };
        for (term, weight) in features.terms() {
            let posting = self.postings.entry(*term).or_default();
            posting.alive += 1;
            posting.entries.push((slot, *weight));
        }
        self.by_key.insert(key, slot);
        let norm = self.norm(&features);
        self.slots.push(Some(Entry { key, features, norm }));
        if self.len() > 2 * self.normed_at.max(16) {
            self.renorm();
        }
    }

    /// Takes a report out. Its place in the lists is freed once half of them are such places.
    pub fn remove(&mut self, key: K) {
        let Some(slot) = self.by_key.remove(&key) else {
            return;
        };
        let Some(entry) = self.slots.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        for (term, _) in entry.features.terms() {
            if let Some(posting) = self.postings.get_mut(term) {
                posting.alive -= 1;
            }
        }
        if self.slots.len() > 1_024 && self.len() * 2 < self.slots.len() {
            self.compact();
        }
    }

    #[must_use]
    pub fn features(&self, key: K) -> Option<&Features> {
        self.entry(key).map(|entry| &entry.features)
    }

    /// How much a term says: `ln(1 + reports / reports with it)`.
    #[must_use]
    pub fn rarity(&self, term: u32) -> f32 {
        self.rarity_among(self.postings.get(&term).map_or(0, |posting| posting.alive))
    }

    fn rarity_among(&self, holding: u32) -> f32 {
        (1.0 + (self.len() as f32 + VIRTUAL_REPORTS) / (holding as f32 + 1.0)).ln()
    }

    /// A text's terms weighed by their rarity, as a vector of length 1.
    pub fn unit<'a>(&'a self, features: &'a Features) -> impl Iterator<Item = (u32, f32)> + 'a {
        let norm = self.norm(features).max(f32::MIN_POSITIVE);
        let terms = features.terms().iter();
        terms.map(move |(term, weight)| (*term, weight * self.rarity(*term) / norm))
    }

    /// The cosine between two texts.
    #[must_use]
    pub fn similarity(&self, a: &Features, b: &Features) -> f32 {
        let (na, nb) = (self.norm(a), self.norm(b));
        self.dot(a, b) / (na * nb).max(f32::MIN_POSITIVE)
    }

    /// Reports at least so similar, the most similar first, `limit` at most. The report itself is among
    /// them if it has been added.
    #[must_use]
    pub fn search(&self, features: &Features, at_least: f32, limit: usize) -> Vec<Found<K>> {
        let asked: Vec<Asked<'_>> = features
            .terms()
            .iter()
            .map(|(term, weight)| {
                let posting = self.postings.get(term);
                let rarity = self.rarity_among(posting.map_or(0, |posting| posting.alive));
                Asked {
                    term: *term,
                    gain: weight * rarity * rarity,
                    square: (weight * rarity).powi(2),
                    posting,
                }
            })
            .collect();
        let norm = asked.iter().map(|asked| asked.square).sum::<f32>().sqrt();
        let norm = norm.max(f32::MIN_POSITIVE);
        let mut found: Vec<Found<K>> = self
            .candidates(&asked)
            .into_iter()
            .filter_map(|slot| self.slots.get(slot as usize)?.as_ref())
            .map(|entry| Found {
                key: entry.key,
                similarity: shared(&asked, &entry.features) / (norm * entry.norm).max(f32::MIN_POSITIVE),
            })
            .filter(|found| found.similarity >= at_least)
            .collect();
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
        found.truncate(limit);
        found
    }

    /// Works all norms out anew. Rarity changes as reports come; called by itself whenever they double.
    pub fn renorm(&mut self) {
        self.normed_at = self.len();
        let mut slots = std::mem::take(&mut self.slots);
        for entry in slots.iter_mut().flatten() {
            entry.norm = self.norm(&entry.features);
        }
        self.slots = slots;
    }

    fn entry(&self, key: K) -> Option<&Entry<K>> {
        let slot = self.by_key.get(&key)?;
        self.slots.get(*slot as usize)?.as_ref()
    }

    /// The slots that share the most weight in rare terms.
    fn candidates(&self, asked: &[Asked<'_>]) -> Vec<u32> {
        let common = (self.len() / COMMON_SHARE).max(COMMON_FLOOR);
        let mut lists: Vec<(f32, &[(u32, f32)])> = asked
            .iter()
            .filter_map(|asked| {
                let posting = asked.posting?;
                let rare = posting.alive as usize <= common;
                rare.then_some((asked.gain, posting.entries.as_slice()))
            })
            .collect();
        lists.sort_by_key(|(_, entries)| entries.len());
        let mut shared: ByNumber<f32> = ByNumber::default();
        let mut visits = 0;
        for (gain, entries) in lists {
            visits += entries.len();
            if visits > MAX_VISITS {
                break;
            }
            for (slot, weight) in entries {
                *shared.entry(*slot).or_default() += gain * weight;
            }
        }
        let mut ranked: Vec<(u32, f32)> = shared.into_iter().collect();
        let strongest = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if ranked.len() > MAX_CANDIDATES {
            ranked.select_nth_unstable_by(MAX_CANDIDATES, strongest);
            ranked.truncate(MAX_CANDIDATES);
        }
        ranked.into_iter().map(|(slot, _)| slot).collect()
    }

    fn norm(&self, features: &Features) -> f32 {
        let squares = features
            .terms()
            .iter()
            .map(|(term, weight)| (weight * self.rarity(*term)).powi(2));
        squares.sum::<f32>().sqrt()
    }

    fn dot(&self, a: &Features, b: &Features) -> f32 {
        let mut sum = 0.0;
        let (mut left, mut right) = (a.terms().iter().peekable(), b.terms().iter().peekable());
        while let (Some((x, wx)), Some((y, wy))) = (left.peek(), right.peek()) {
            match x.cmp(y) {
                std::cmp::Ordering::Less => left.next(),
                std::cmp::Ordering::Greater => right.next(),
                std::cmp::Ordering::Equal => {
                    sum += wx * wy * self.rarity(*x).powi(2);
                    left.next();
                    right.next()
                }
            };
        }
        sum
    }

    /// Makes the lists anew from what is alive.
    fn compact(&mut self) {
        let alive: Vec<Entry<K>> = std::mem::take(&mut self.slots).into_iter().flatten().collect();
        self.postings.clear();
        self.by_key.clear();
        for entry in alive {
            self.add(entry.key, entry.features);
        }
        self.renorm();
    }
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
        for (asked, expected) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
            let found = index.search(index.features(asked).unwrap(), 0.1, 5);
            assert_eq!(found[0].key, asked);
            assert!((found[0].similarity - 1.0).abs() < 0.05, "{found:?}");
            assert_eq!(found[1].key, expected);
        }
        assert_eq!(index.search(index.features(4).unwrap(), 0.1, 5).len(), 1);
    }

    #[test]
    fn a_removed_report_is_found_no_more_and_counts_no_more() {
        let mut index = index();
        let asked = index.features(0).unwrap().clone();
        index.remove(1);
        assert!(index.search(&asked, 0.1, 5).iter().all(|found| found.key != 1));
        let mut never = Index::default();
        for (key, text) in texts().into_iter().enumerate().filter(|(key, _)| *key != 1) {
            never.add(key, Features::of("", text));
        }
        for (term, _) in asked.terms() {
            assert!((index.rarity(*term) - never.rarity(*term)).abs() < f32::EPSILON);
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
        assert!(index.slots.len() < 1_500);
        let found = index.search(&Features::of("", "第2999街坊路灯"), 0.1, 3);
        assert_eq!(found[0].key, 2_999);
    }

    #[test]
    fn the_order_in_which_reports_came_does_not_matter() {
        let forwards = index();
        let mut backwards = Index::default();
        for (key, text) in texts().into_iter().enumerate().rev() {
            backwards.add(key, Features::of("", text));
        }
        let asked = Features::of("", "丽发新城搅拌站");
        let keys = |index: &Index<usize>| -> Vec<usize> {
            index
                .search(&asked, 0.05, 5)
                .iter()
                .map(|found| found.key)
                .collect()
        };
        assert_eq!(keys(&forwards), keys(&backwards));
    }
}
