//! Postings: the reports that hold a term.
//!
//! Most terms occur in one report: its posting is in the map itself. Short lists are stored inline. A posting is one
//! `u32`; the list of a term that no report holds is freed. Terms are sharded, so that a batch of reports is added on all
//! cores.

use std::collections::hash_map::Entry;

use rayon::prelude::*;

use crate::similar::features::{Features, weight};
use crate::similar::hasher::ByNumber;

/// Number of shards; more than a server has cores.
const SHARDS: usize = 16;
/// Batches below this size are added on the calling thread.
const ALONE: usize = 32;

/// Bits of a posting for the term's count; the others are the slot.
const HALVES_BITS: u32 = 7;
const HALVES_MASK: u32 = (1 << HALVES_BITS) - 1;
/// Set on what stands for a posting in the map and is the number of a list.
const LISTED: u32 = 1 << (u32::BITS - 1);
/// Number of slots that a posting can address.
pub const MAX_SLOTS: usize = 1 << (u32::BITS - 1 - HALVES_BITS);
/// Postings stored inline.
const FEW: usize = 3;

/// A report's slot and the term's count in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posting(u32);

impl Posting {
    fn new(slot: u32, halves: u8) -> Self {
        Self((slot << HALVES_BITS) | u32::from(halves))
    }

    /// Returns the slot of the document.
    pub fn slot(self) -> u32 {
        self.0 >> HALVES_BITS
    }

    /// The term's weight in that report.
    pub fn weight(self) -> f32 {
        weight((self.0 & HALVES_MASK) as u8)
    }

    /// The number of the list that it stands for.
    fn list(self) -> Option<usize> {
        (self.0 & LISTED != 0).then_some((self.0 & !LISTED) as usize)
    }

    /// With its report's new slot; `None` if the report was removed.
    fn renamed(self, renamed: &[Option<u32>]) -> Option<Self> {
        let slot = renamed.get(self.slot() as usize).copied().flatten()?;
        Some(Self((slot << HALVES_BITS) | (self.0 & HALVES_MASK)))
    }
}

/// Postings of all terms.
#[derive(Clone, Debug, Default)]
pub struct Postings([Shard; SHARDS]);

/// Postings of one shard of the terms.
#[derive(Clone, Debug, Default)]
struct Shard {
    /// Each term's posting if one report holds it, otherwise the number of its list.
    places: ByNumber<Posting>,
    lists: Vec<List>,
    /// Lists that no term uses.
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct List {
    /// Reports that hold the term now.
    document_frequency: u32,
    entries: Entries,
}

#[derive(Clone, Debug)]
enum Entries {
    Few { count: u8, held: [Posting; FEW] },
    Many(Vec<Posting>),
}

impl Default for List {
    fn default() -> Self {
        Self {
            document_frequency: 0,
            entries: Entries::Few {
                count: 0,
                held: [Posting::default(); FEW],
            },
        }
    }
}

impl Entries {
    fn as_slice(&self) -> &[Posting] {
        match self {
            Self::Few { count, held } => held.get(..usize::from(*count)).unwrap_or(held),
            Self::Many(held) => held,
        }
    }

    fn push(&mut self, new: Posting) {
        match self {
            Self::Few { count, held } => {
                if let Some(free) = held.get_mut(usize::from(*count)) {
                    *free = new;
                    *count += 1;
                } else {
                    let mut many = Vec::with_capacity(2 * FEW);
                    many.extend_from_slice(held);
                    many.push(new);
                    *self = Self::Many(many);
                }
            }
            Self::Many(held) => held.push(new),
        }
    }

    /// Renumbers the slots and drops those that were removed.
    fn rename(&mut self, renamed: &[Option<u32>]) {
        let kept = |old: &Posting| old.renamed(renamed);
        match self {
            Self::Few { .. } => {
                let mut few = List::default().entries;
                self.as_slice()
                    .iter()
                    .filter_map(kept)
                    .for_each(|held| few.push(held));
                *self = few;
            }
            Self::Many(held) => {
                held.retain_mut(|entry| {
                    let new = kept(entry);
                    *entry = new.unwrap_or_default();
                    new.is_some()
                });
                if held.len() <= FEW {
                    let mut few = List::default().entries;
                    held.iter().for_each(|held| few.push(*held));
                    *self = few;
                } else if held.capacity() > 2 * held.len() {
                    held.shrink_to_fit();
                }
            }
        }
    }
}

impl Postings {
    /// Returns the number of reports that hold the term now.
    pub fn document_frequency(&self, term: u32) -> u32 {
        self.of(term).0
    }

    /// Returns the number of reports that hold the term now and its postings in ascending order of slots. Postings of
    /// removed reports may still be among them.
    pub fn of(&self, term: u32) -> (u32, &[Posting]) {
        let found = self.0.get(shard_of(term)).and_then(|shard| shard.of(term));
        found.unwrap_or((0, &[]))
    }

    /// Adds reports in their order, the first in slot `first`, which is above all others. Of each report and each
    /// of its terms the answer is what `rate` makes of the report's place in the order, how much the term was said,
    /// and how many hold the term with it.
    pub fn push_all<T: Send>(
        &mut self,
        first: u32,
        reports: &[&Features],
        rate: impl Fn(usize, u8, u32) -> T + Sync,
    ) -> Vec<Vec<T>> {
        let rated = self.each(reports.len() >= ALONE, |nth, shard| {
            let mut rated = Vec::new();
            for (place, features) in reports.iter().enumerate() {
                for (term, halves) in features.term_counts().filter(|(term, _)| shard_of(*term) == nth) {
                    let holding = shard.push(term, first + place as u32, halves);
                    rated.push(rate(place, halves, holding));
                }
            }
            rated
        });
        let mut rated: Vec<_> = rated.into_iter().map(Vec::into_iter).collect();
        let of_one = |features: &&Features| -> Vec<T> {
            let terms = features.term_counts();
            terms
                .filter_map(|(term, _)| rated.get_mut(shard_of(term))?.next())
                .collect()
        };
        reports.iter().map(of_one).collect()
    }

    /// Decrements the document frequencies of these reports' terms. Their postings stay until [`Self::rename`] or until
    /// no report holds the term.
    pub fn remove_all(&mut self, reports: &[&Features]) {
        self.each(reports.len() >= ALONE, |nth, shard| {
            let terms = reports.iter().flat_map(|features| features.term_counts());
            terms
                .filter(|(term, _)| shard_of(*term) == nth)
                .for_each(|(term, _)| shard.take(term));
        });
    }

    /// Renumbers all slots. `renamed` maps old slots to new ones, `None` for a removed report, in unchanged order.
    pub fn rename(&mut self, renamed: &[Option<u32>]) {
        self.each(true, |_, shard| shard.rename(renamed));
    }

    fn each<T: Send>(&mut self, together: bool, work: impl Fn(usize, &mut Shard) -> T + Sync) -> Vec<T> {
        let work = |(nth, shard): (usize, &mut Shard)| work(nth, shard);
        if together {
            self.0.par_iter_mut().enumerate().map(work).collect()
        } else {
            self.0.iter_mut().enumerate().map(work).collect()
        }
    }
}

fn shard_of(term: u32) -> usize {
    term as usize % SHARDS
}

impl Shard {
    fn of(&self, term: u32) -> Option<(u32, &[Posting])> {
        let place = self.places.get(&term)?;
        let Some(list) = place.list() else {
            return Some((1, std::slice::from_ref(place)));
        };
        let list = self.lists.get(list)?;
        Some((list.document_frequency, list.entries.as_slice()))
    }

    /// Adds a posting and returns the term's new document frequency.
    fn push(&mut self, term: u32, slot: u32, halves: u8) -> u32 {
        let new = Posting::new(slot, halves);
        let place = match self.places.entry(term) {
            Entry::Vacant(vacant) => {
                vacant.insert(new);
                return 1;
            }
            Entry::Occupied(occupied) => occupied.into_mut(),
        };
        let number = place.list().unwrap_or_else(|| {
            let number = self.free.pop().unwrap_or_else(|| {
                self.lists.push(List::default());
                (self.lists.len() - 1) as u32
            });
            if let Some(list) = self.lists.get_mut(number as usize) {
                list.entries.push(*place);
                list.document_frequency = 1;
            }
            *place = Posting(number | LISTED);
            number as usize
        });
        self.lists.get_mut(number).map_or(0, |list| {
            list.entries.push(new);
            list.document_frequency += 1;
            list.document_frequency
        })
    }

    fn take(&mut self, term: u32) {
        let Some(place) = self.places.get(&term).copied() else {
            return;
        };
        let Some(number) = place.list() else {
            self.places.remove(&term);
            return;
        };
        let Some(list) = self.lists.get_mut(number) else {
            return;
        };
        list.document_frequency = list.document_frequency.saturating_sub(1);
        if list.document_frequency == 0 {
            *list = List::default();
            self.places.remove(&term);
            self.free.push(number as u32);
        }
    }

    /// Renumbers the slots, drops the postings of removed reports, and returns lists of one posting to the map.
    fn rename(&mut self, renamed: &[Option<u32>]) {
        for place in self.places.values_mut() {
            let Some(number) = place.list() else {
                // The only report that holds the term is there: otherwise the term would not be.
                *place = place.renamed(renamed).unwrap_or(*place);
                continue;
            };
            let Some(list) = self.lists.get_mut(number) else {
                continue;
            };
            list.entries.rename(renamed);
            if let [only] = list.entries.as_slice() {
                *place = *only;
                *list = List::default();
                self.free.push(number as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(postings: &Postings, term: u32) -> Vec<u32> {
        postings.of(term).1.iter().map(|held| held.slot()).collect()
    }

    #[test]
    fn a_list_grows_out_of_its_place_and_back_into_it() {
        let mut shard = Shard::default();
        for slot in 0..8 {
            assert_eq!(shard.push(7, slot, 2), slot + 1);
        }
        let mut postings = Postings::default();
        postings.0[shard_of(7)] = shard;
        assert_eq!(slots(&postings, 7), (0..8).collect::<Vec<_>>());
        for _ in 0..6 {
            postings.0[shard_of(7)].take(7);
        }
        let renamed: Vec<Option<u32>> = (0..8_u32).map(|slot| slot.checked_sub(6)).collect();
        postings.rename(&renamed);
        assert_eq!(
            (postings.document_frequency(7), slots(&postings, 7)),
            (2, vec![0, 1])
        );
        postings.0[shard_of(7)].push(7, 2, 2);
        assert_eq!(slots(&postings, 7), [0, 1, 2]);
        for _ in 0..2 {
            postings.0[shard_of(7)].take(7);
        }
        postings.rename(&[None, None, Some(0)]);
        assert_eq!(postings.of(7), (1, &[Posting::new(0, 2)][..]));
        assert_eq!(postings.0[shard_of(7)].free.len(), 1, "one posting needs no list");
    }

    #[test]
    fn a_term_that_nobody_holds_leaves_nothing_behind() {
        let mut shard = Shard::default();
        for term in 0..1_000 {
            shard.push(term, term, 2);
            shard.take(term);
        }
        assert_eq!((shard.lists.len(), shard.places.len()), (0, 0));
        for slot in 0..3 {
            shard.push(7, slot, 2);
        }
        for _ in 0..3 {
            shard.take(7);
        }
        assert_eq!(
            (shard.lists.len(), shard.places.len(), shard.free.len()),
            (1, 0, 1)
        );
        assert_eq!(Postings::default().of(5), (0, &[][..]));
    }

    #[test]
    fn an_entry_keeps_its_slot_and_its_weight_apart() {
        for (slot, halves) in [(0, 127), (MAX_SLOTS as u32 - 1, 1), (5, 2)] {
            let held = Posting::new(slot, halves);
            assert_eq!(held.slot(), slot);
            assert!((held.weight() - weight(halves)).abs() < f32::EPSILON);
        }
    }
}
