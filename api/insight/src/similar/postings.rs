//! Postings: the reports that hold a term.
//!
//! Most terms of a city occur in one report: its posting is in the map itself. The list of a term that no report holds is
//! freed. Terms are sharded, so that a batch of reports is added on all cores.

use std::collections::hash_map::Entry;

use rayon::prelude::*;

use crate::similar::features::Features;
use crate::similar::hasher::ByNumber;
use crate::similar::posting_list::{Entries, Posting, PostingList};

/// Number of shards; more than a server has cores.
const SHARDS: usize = 16;
/// Batches below this size are added on the calling thread.
const ALONE: usize = 32;

/// Bits of a posting in the map for the term's count; the others are the slot.
const HALVES_BITS: u32 = 7;
const HALVES_MASK: u32 = (1 << HALVES_BITS) - 1;
/// Set on the number of a list in the map.
const LISTED: u32 = 1 << (u32::BITS - 1);
/// Number of slots that a posting can address.
pub const MAX_SLOTS: usize = 1 << (u32::BITS - 1 - HALVES_BITS);

/// Where the postings of a term are: its only one, or the number of its list, in 32 bits.
#[derive(Clone, Copy, Debug)]
struct Place(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placed {
    Single(Posting),
    List(usize),
}

impl Place {
    fn single(posting: Posting) -> Self {
        Self((posting.slot << HALVES_BITS) | u32::from(posting.halves))
    }

    fn list(number: u32) -> Self {
        Self(number | LISTED)
    }

    fn get(self) -> Placed {
        if self.0 & LISTED == 0 {
            Placed::Single(Posting {
                slot: self.0 >> HALVES_BITS,
                halves: (self.0 & HALVES_MASK) as u8,
            })
        } else {
            Placed::List((self.0 & !LISTED) as usize)
        }
    }
}

/// Postings of all terms.
#[derive(Clone, Debug, Default)]
pub struct Postings([Shard; SHARDS]);

/// Postings of one shard of the terms.
#[derive(Clone, Debug, Default)]
struct Shard {
    places: ByNumber<Place>,
    lists: Vec<PostingList>,
    /// Lists that no term uses.
    free: Vec<u32>,
}

impl Postings {
    /// Returns the number of reports that hold the term now.
    pub fn document_frequency(&self, term: u32) -> u32 {
        self.of(term).0
    }

    /// Returns the number of reports that hold the term now and its postings in ascending order of slots. Postings of
    /// removed reports may still be among them.
    pub fn of(&self, term: u32) -> (u32, Entries<'_>) {
        let found = self.0.get(shard_of(term)).and_then(|shard| shard.of(term));
        found.unwrap_or_else(|| (0, Entries::single(None)))
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
        let push = |shard: &mut Shard, place: usize, (term, halves): (u32, u8)| {
            let slot = first + place as u32;
            rate(place, halves, shard.push(term, Posting { slot, halves }))
        };
        if reports.len() < ALONE {
            let of_one = |(place, features): (usize, &&Features)| {
                let terms = features.term_counts();
                let rated = terms.filter_map(|said| Some(push(self.shard(said.0)?, place, said)));
                rated.collect()
            };
            return reports.iter().enumerate().map(of_one).collect();
        }
        // Every shard reads all terms: they are unpacked once.
        let terms = reports.iter().map(|features| features.term_counts().collect());
        let terms: Vec<Vec<(u32, u8)>> = terms.collect();
        let rated = self.each(|nth, shard| {
            let mut rated = Vec::new();
            for (place, terms) in terms.iter().enumerate() {
                let own = terms.iter().filter(|(term, _)| shard_of(*term) == nth);
                rated.extend(own.map(|said| push(shard, place, *said)));
            }
            rated
        });
        let mut rated: Vec<_> = rated.into_iter().map(Vec::into_iter).collect();
        let of_one = |terms: &Vec<(u32, u8)>| -> Vec<T> {
            let rated = terms
                .iter()
                .map(|(term, _)| rated.get_mut(shard_of(*term))?.next());
            rated.flatten().collect()
        };
        terms.iter().map(of_one).collect()
    }

    /// Decrements the document frequencies of these reports' terms. Their postings stay until [`Self::rename`] or until
    /// no report holds the term.
    pub fn remove_all(&mut self, reports: &[&Features]) {
        let terms = reports.iter().flat_map(|features| features.term_counts());
        if reports.len() < ALONE {
            for (term, _) in terms {
                if let Some(shard) = self.shard(term) {
                    shard.take(term);
                }
            }
            return;
        }
        let terms: Vec<u32> = terms.map(|(term, _)| term).collect();
        self.each(|nth, shard| {
            let own = terms.iter().filter(|term| shard_of(**term) == nth);
            own.for_each(|term| shard.take(*term));
        });
    }

    /// Renumbers all slots. `renamed` maps old slots to new ones, `None` for a removed report, in unchanged order.
    pub fn rename(&mut self, renamed: &[Option<u32>]) {
        self.each(|_, shard| shard.rename(renamed));
    }

    fn shard(&mut self, term: u32) -> Option<&mut Shard> {
        self.0.get_mut(shard_of(term))
    }

    fn each<T: Send>(&mut self, work: impl Fn(usize, &mut Shard) -> T + Sync) -> Vec<T> {
        let shards = self.0.par_iter_mut().enumerate();
        shards.map(|(nth, shard)| work(nth, shard)).collect()
    }
}

fn shard_of(term: u32) -> usize {
    term as usize % SHARDS
}

impl Shard {
    fn of(&self, term: u32) -> Option<(u32, Entries<'_>)> {
        match self.places.get(&term)?.get() {
            Placed::Single(posting) => Some((1, Entries::single(Some(posting)))),
            Placed::List(number) => {
                let list = self.lists.get(number)?;
                Some((list.document_frequency(), list.entries()))
            }
        }
    }

    /// Adds a posting and returns the term's new document frequency.
    fn push(&mut self, term: u32, new: Posting) -> u32 {
        let place = match self.places.entry(term) {
            Entry::Vacant(vacant) => {
                vacant.insert(Place::single(new));
                return 1;
            }
            Entry::Occupied(occupied) => occupied.into_mut(),
        };
        let number = match place.get() {
            Placed::List(number) => number,
            Placed::Single(first) => {
                let number = self.free.pop().unwrap_or_else(|| {
                    self.lists.push(PostingList::default());
                    (self.lists.len() - 1) as u32
                });
                if let Some(list) = self.lists.get_mut(number as usize) {
                    list.push(first);
                }
                *place = Place::list(number);
                number as usize
            }
        };
        self.lists.get_mut(number).map_or(0, |list| {
            list.push(new);
            list.document_frequency()
        })
    }

    fn take(&mut self, term: u32) {
        let Some(place) = self.places.get(&term).copied() else {
            return;
        };
        match place.get() {
            Placed::Single(_) => {
                self.places.remove(&term);
            }
            Placed::List(number) => {
                let Some(list) = self.lists.get_mut(number) else {
                    return;
                };
                if list.take() == 0 {
                    *list = PostingList::default();
                    self.places.remove(&term);
                    self.free.push(number as u32);
                }
            }
        }
    }

    /// Renumbers the slots, drops the postings of removed reports, and returns lists of one posting to the map.
    fn rename(&mut self, renamed: &[Option<u32>]) {
        for place in self.places.values_mut() {
            match place.get() {
                // The only report that holds the term is there: otherwise the term would not be.
                Placed::Single(posting) => *place = posting.renamed(renamed).map_or(*place, Place::single),
                Placed::List(number) => {
                    let Some(list) = self.lists.get_mut(number) else {
                        continue;
                    };
                    *list = list.renamed(renamed);
                    let mut entries = list.entries();
                    if let (Some(only), None) = (entries.next(), entries.next()) {
                        *place = Place::single(only);
                        *list = PostingList::default();
                        self.free.push(number as u32);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::rngs::StdRng;
    use rand::seq::IteratorRandom as _;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    fn posting(slot: u32) -> Posting {
        Posting { slot, halves: 2 }
    }

    fn slots(postings: &Postings, term: u32) -> Vec<u32> {
        postings.of(term).1.map(|held| held.slot).collect()
    }

    #[test]
    fn a_list_grows_out_of_its_place_and_back_into_it() {
        let mut shard = Shard::default();
        for slot in 0..8 {
            assert_eq!(shard.push(7, posting(slot)), slot + 1);
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
        postings.0[shard_of(7)].push(7, posting(2));
        assert_eq!(slots(&postings, 7), [0, 1, 2]);
        for _ in 0..2 {
            postings.0[shard_of(7)].take(7);
        }
        postings.rename(&[None, None, Some(0)]);
        assert_eq!(
            (postings.document_frequency(7), slots(&postings, 7)),
            (1, vec![0])
        );
        assert_eq!(postings.0[shard_of(7)].free.len(), 1, "one posting needs no list");
    }

    #[test]
    fn a_term_that_nobody_holds_leaves_nothing_behind() {
        let mut shard = Shard::default();
        for term in 0..1_000 {
            shard.push(term, posting(term));
            shard.take(term);
        }
        assert_eq!((shard.lists.len(), shard.places.len()), (0, 0));
        for slot in 0..3 {
            shard.push(7, posting(slot));
        }
        for _ in 0..3 {
            shard.take(7);
        }
        assert_eq!(
            (shard.lists.len(), shard.places.len(), shard.free.len()),
            (1, 0, 1)
        );
        assert_eq!(Postings::default().document_frequency(5), 0);
        assert_eq!(slots(&Postings::default(), 5), []);
    }

    #[test]
    fn an_entry_of_the_map_keeps_its_slot_and_its_count_apart() {
        for (slot, halves) in [(0, 127), (MAX_SLOTS as u32 - 1, 1), (5, 2)] {
            let posting = Posting { slot, halves };
            assert_eq!(Place::single(posting).get(), Placed::Single(posting));
        }
        assert_eq!(Place::list(9).get(), Placed::List(9));
    }

    /// Terms and counts of reports by slot, those of removed reports too, and the slots of the others.
    #[derive(Default)]
    struct Model {
        reports: Vec<BTreeMap<u32, u8>>,
        live: Vec<u32>,
    }

    impl Model {
        fn holders(&self, term: u32) -> Vec<Posting> {
            let reports = (0..).zip(&self.reports);
            let holders = reports.filter_map(|(slot, terms)| {
                let halves = *terms.get(&term)?;
                Some(Posting { slot, halves })
            });
            holders.collect()
        }

        fn frequency(&self, term: u32) -> u32 {
            let holders = self.holders(term).into_iter();
            holders.filter(|held| self.live.contains(&held.slot)).count() as u32
        }

        fn compact(&mut self) -> Vec<Option<u32>> {
            let place = |slot: u32| self.live.iter().position(|live| *live == slot);
            let renamed = (0..self.reports.len() as u32).map(|slot| Some(place(slot)? as u32));
            let renamed: Vec<Option<u32>> = renamed.collect();
            let mut slots = 0..;
            self.reports
                .retain(|_| self.live.contains(&slots.next().unwrap()));
            self.live = (0..self.reports.len() as u32).collect();
            renamed
        }
    }

    #[test]
    fn postings_are_those_of_a_plain_model_whatever_comes_and_goes() {
        let mut random = StdRng::seed_from_u64(4);
        let (mut shard, mut model) = (Shard::default(), Model::default());
        for step in 0..600 {
            // Term 0 is in every report, term 15 in few.
            let drawn = (0..16).map(|term| (term, random.random_range(1..4), random.random_range(0..16)));
            let held = drawn.filter(|(term, _, draw)| draw >= term);
            let terms: BTreeMap<u32, u8> = held.map(|(term, halves, _)| (term, halves)).collect();
            let slot = model.reports.len() as u32;
            for (term, halves) in &terms {
                shard.push(
                    *term,
                    Posting {
                        slot,
                        halves: *halves,
                    },
                );
            }
            model.reports.push(terms);
            model.live.push(slot);
            if random.random_bool(if step < 300 { 0.6 } else { 1.0 }) {
                let (at, slot) = model
                    .live
                    .iter()
                    .copied()
                    .enumerate()
                    .choose(&mut random)
                    .unwrap();
                model.live.remove(at);
                model.reports[slot as usize]
                    .keys()
                    .for_each(|term| shard.take(*term));
                let gone = (0..16).filter(|term| model.frequency(*term) == 0);
                for term in gone.collect::<Vec<_>>() {
                    for terms in &mut model.reports {
                        terms.remove(&term);
                    }
                }
            }
            if step % 50 == 49 {
                shard.rename(&model.compact());
            }
            for term in 0..16 {
                let (frequency, entries) = shard.of(term).unwrap_or((0, Entries::single(None)));
                assert_eq!(
                    (frequency, entries.collect()),
                    (model.frequency(term), model.holders(term))
                );
            }
        }
    }
}
