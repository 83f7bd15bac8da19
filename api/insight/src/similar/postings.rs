//! Postings: the reports that hold a term. Most terms occur in one or two reports, so short lists are stored inline. A
//! posting is one `u32`; the list of a term that no report holds is freed. Terms are sharded, so that a batch of reports
//! is added on all cores.

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
/// Number of slots that a posting can address.
pub const MAX_SLOTS: usize = 1 << (u32::BITS - HALVES_BITS);
/// Postings stored inline.
const FEW: usize = 3;

/// A report's slot and the term's count in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posting(u32);

impl Posting {
    fn new(slot: u32, halves: u8) -> Self {
        Self((slot << HALVES_BITS) | u32::from(halves))
    }

    pub fn slot(self) -> u32 {
        self.0 >> HALVES_BITS
    }

    /// The term's weight in that report.
    pub fn weight(self) -> f32 {
        weight((self.0 & HALVES_MASK) as u8)
    }
}

/// Postings of all terms.
#[derive(Clone, Debug, Default)]
pub struct Postings([Shard; SHARDS]);

/// Postings of one shard of the terms.
#[derive(Clone, Debug, Default)]
struct Shard {
    /// Index of each term's list.
    places: ByNumber<u32>,
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
        let kept = |old: &Posting| -> Option<Posting> {
            let slot = renamed.get(old.slot() as usize).copied().flatten()?;
            Some(Posting((slot << HALVES_BITS) | (old.0 & HALVES_MASK)))
        };
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
        self.list(term).map_or(0, |list| list.document_frequency)
    }

    /// Returns the number of reports that hold the term now and its postings in ascending order of slots. Postings of
    /// removed reports may still be among them.
    pub fn of(&self, term: u32) -> (u32, &[Posting]) {
        self.list(term).map_or((0, &[]), |list| {
            (list.document_frequency, list.entries.as_slice())
        })
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
        self.each(true, |_, shard| {
            shard
                .lists
                .iter_mut()
                .for_each(|list| list.entries.rename(renamed))
        });
    }

    fn each<T: Send>(&mut self, together: bool, work: impl Fn(usize, &mut Shard) -> T + Sync) -> Vec<T> {
        let work = |(nth, shard): (usize, &mut Shard)| work(nth, shard);
        if together {
            self.0.par_iter_mut().enumerate().map(work).collect()
        } else {
            self.0.iter_mut().enumerate().map(work).collect()
        }
    }

    fn list(&self, term: u32) -> Option<&List> {
        let shard = self.0.get(shard_of(term))?;
        shard.lists.get(*shard.places.get(&term)? as usize)
    }
}

fn shard_of(term: u32) -> usize {
    term as usize % SHARDS
}

impl Shard {
    /// Adds a posting and returns the term's new document frequency.
    fn push(&mut self, term: u32, slot: u32, halves: u8) -> u32 {
        let place = *self.places.entry(term).or_insert_with(|| {
            self.free.pop().unwrap_or_else(|| {
                self.lists.push(List::default());
                self.lists.len() as u32 - 1
            })
        });
        self.lists.get_mut(place as usize).map_or(0, |list| {
            list.entries.push(Posting::new(slot, halves));
            list.document_frequency += 1;
            list.document_frequency
        })
    }

    fn take(&mut self, term: u32) {
        let Some(place) = self.places.get(&term).copied() else {
            return;
        };
        let Some(list) = self.lists.get_mut(place as usize) else {
            return;
        };
        list.document_frequency = list.document_frequency.saturating_sub(1);
        if list.document_frequency == 0 {
            *list = List::default();
            self.places.remove(&term);
            self.free.push(place);
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
    }

    #[test]
    fn a_term_that_nobody_holds_leaves_nothing_behind() {
        let mut shard = Shard::default();
        for term in 0..1_000 {
            shard.push(term, term, 2);
            shard.take(term);
        }
        assert_eq!((shard.lists.len(), shard.places.len()), (1, 0));
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
