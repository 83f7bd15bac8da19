//! Postings of one term as variable-length gaps between slots.

/// The count of a word that is said once in the text, in halves: the most frequent one.
const USUAL_HALVES: u8 = 2;
/// Bytes of a list that are stored inline: five to seven postings.
const INLINE: usize = 15;
/// Minimum growth in bytes of a list that is not inline. Long lists grow by a quarter.
const MIN_GROWTH: usize = 8;
/// glibc rounds an allocation with its header up to a multiple of 16 bytes; the header takes 8.
const GRANULE: usize = 16;
const OVERHEAD: usize = 8;

/// Bits of a byte for the value; the upper bit says that another byte follows.
const VALUE_BITS: u32 = 7;
const VALUE_MASK: u32 = (1 << VALUE_BITS) - 1;
const CONTINUED: u8 = 1 << VALUE_BITS;

/// A report's slot and the term's count in it, in halves of one occurrence in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub slot: u32,
    pub halves: u8,
}

impl Posting {
    /// The posting before the first one of a list.
    const START: Self = Self {
        slot: 0,
        halves: USUAL_HALVES,
    };

    /// Returns the posting with its report's new slot. `None` if the report was removed.
    pub fn renamed(self, renamed: &[Option<u32>]) -> Option<Self> {
        let slot = renamed.get(self.slot as usize).copied().flatten()?;
        Some(Self { slot, ..self })
    }
}

/// Postings in ascending order of slots, one to five bytes each, and how many of their reports are not removed.
///
/// A posting is a number in groups of seven bits, the lowest first: twice the gap to the previous slot (to 0 for the first),
/// plus 1 if the count differs from the previous one ([`USUAL_HALVES`] for the first). Then the count follows in a byte.
#[derive(Clone, Debug)]
pub struct PostingList {
    /// Reports that hold the term now.
    document_frequency: u32,
    /// Number of postings, those of removed reports included.
    count: u32,
    last: Posting,
    bytes: Bytes,
}

#[derive(Clone, Debug)]
enum Bytes {
    Few { len: u8, held: [u8; INLINE] },
    Many(Vec<u8>),
}

impl Default for PostingList {
    fn default() -> Self {
        Self {
            document_frequency: 0,
            count: 0,
            last: Posting::START,
            bytes: Bytes::Few {
                len: 0,
                held: [0; INLINE],
            },
        }
    }
}

impl PostingList {
    /// Returns the number of reports that hold the term now.
    pub fn document_frequency(&self) -> u32 {
        self.document_frequency
    }

    /// Decrements the document frequency because a report was removed, and returns it. The posting stays.
    pub fn take(&mut self) -> u32 {
        self.document_frequency = self.document_frequency.saturating_sub(1);
        self.document_frequency
    }

    /// Appends a posting, whose slot must be above all others, and increments the document frequency.
    pub fn push(&mut self, new: Posting) {
        let differs = new.halves != self.last.halves;
        let mut rest = ((new.slot - self.last.slot) << 1) | u32::from(differs);
        while rest > VALUE_MASK {
            self.bytes.push((rest & VALUE_MASK) as u8 | CONTINUED);
            rest >>= VALUE_BITS;
        }
        self.bytes.push(rest as u8);
        if differs {
            self.bytes.push(new.halves);
        }
        self.last = new;
        self.count += 1;
        self.document_frequency += 1;
    }

    /// Returns the postings in ascending order of slots.
    pub fn entries(&self) -> Entries<'_> {
        Entries {
            single: None,
            bytes: self.bytes.as_slice().iter(),
            before: Posting::START,
            left: self.count as usize,
        }
    }

    /// Returns the list with new slots, without the postings of removed reports and without spare memory.
    pub fn renamed(&self, renamed: &[Option<u32>]) -> Self {
        let mut list = Self::default();
        let kept = self.entries().filter_map(|held| held.renamed(renamed));
        kept.for_each(|held| list.push(held));
        if let Bytes::Many(bytes) = &mut list.bytes {
            bytes.shrink_to_fit();
        }
        list
    }
}

impl Bytes {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Few { len, held } => held.get(..usize::from(*len)).unwrap_or(held),
            Self::Many(held) => held,
        }
    }

    fn push(&mut self, byte: u8) {
        match self {
            Self::Few { len, held } => {
                if let Some(free) = held.get_mut(usize::from(*len)) {
                    *free = byte;
                    *len += 1;
                } else {
                    let mut many = Vec::with_capacity(grown(INLINE));
                    many.extend_from_slice(held);
                    many.push(byte);
                    *self = Self::Many(many);
                }
            }
            Self::Many(held) => {
                if held.len() == held.capacity() {
                    held.reserve_exact(grown(held.len()) - held.len());
                }
                held.push(byte);
            }
        }
    }
}

/// Returns the next capacity of a list that is full with `len` bytes.
fn grown(len: usize) -> usize {
    let wanted = len + (len / 4).max(MIN_GROWTH);
    (wanted + OVERHEAD).next_multiple_of(GRANULE) - OVERHEAD
}

/// Postings that are still to be read, in ascending order of slots.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    /// The only posting, if it is not from a list.
    single: Option<Posting>,
    bytes: std::slice::Iter<'a, u8>,
    before: Posting,
    left: usize,
}

impl Entries<'_> {
    /// Returns no postings, or one that is in no list.
    pub fn single(single: Option<Posting>) -> Self {
        Self {
            single,
            bytes: [].iter(),
            before: Posting::START,
            left: usize::from(single.is_some()),
        }
    }

    /// Returns the postings from this slot on.
    #[must_use]
    pub fn starting_at(mut self, slot: u32) -> Self {
        if slot == 0 {
            return self;
        }
        let mut ahead = self.clone();
        while ahead.next().is_some_and(|next| next.slot < slot) {
            self = ahead.clone();
        }
        self
    }
}

impl Iterator for Entries<'_> {
    type Item = Posting;

    #[inline]
    fn next(&mut self) -> Option<Posting> {
        let Some(first) = self.bytes.next().copied() else {
            self.left = 0;
            return self.single.take();
        };
        let mut number = u32::from(first & !CONTINUED);
        let (mut byte, mut shift) = (first, VALUE_BITS);
        while byte & CONTINUED != 0 {
            byte = self.bytes.next().copied()?;
            number |= u32::from(byte & !CONTINUED) << shift;
            shift += VALUE_BITS;
        }
        if number & 1 != 0 {
            self.before.halves = self.bytes.next().copied()?;
        }
        self.before.slot += number >> 1;
        self.left -= 1;
        Some(self.before)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    /// Ascending slots with gaps of up to `gap`; one count in five is unusual.
    fn postings(count: usize, gap: u32, random: &mut StdRng) -> Vec<Posting> {
        let mut slot = random.random_range(0..=gap);
        let next = |_| {
            let halves = if random.random_bool(0.2) {
                random.random_range(0..=127)
            } else {
                USUAL_HALVES
            };
            let posting = Posting { slot, halves };
            slot += random.random_range(1..=gap);
            posting
        };
        (0..count).map(next).collect()
    }

    fn list(postings: &[Posting]) -> PostingList {
        let mut list = PostingList::default();
        postings.iter().for_each(|posting| list.push(*posting));
        list
    }

    #[test]
    fn postings_are_read_as_they_were_pushed() {
        let mut random = StdRng::seed_from_u64(1);
        for count in [0, 1, 2, 4, 5, 6, 20, 300] {
            for gap in [1, 30, 5_000, 40_000] {
                let postings = postings(count, gap, &mut random);
                let list = list(&postings);
                assert_eq!(list.entries().len(), count);
                assert!(list.entries().eq(postings.iter().copied()), "{count} of {gap}");
                for from in [0, 1, gap, 3 * gap, u32::MAX] {
                    let at = postings.partition_point(|posting| posting.slot < from);
                    let entries = list.entries().starting_at(from);
                    assert_eq!(entries.len(), count - at);
                    assert!(entries.eq(postings[at..].iter().copied()));
                }
            }
        }
    }

    #[test]
    fn the_farthest_slot_takes_five_bytes_with_its_count() {
        let far = [(1 << 24) - 2, (1 << 24) - 1].map(|slot| Posting { slot, halves: 127 });
        let list = list(&far);
        assert_eq!(list.bytes.as_slice().len(), 5 + 1);
        assert!(list.entries().eq(far));
    }

    #[test]
    fn a_renamed_list_has_the_reports_that_are_left_and_no_spare_memory() {
        let mut random = StdRng::seed_from_u64(2);
        for (count, share) in [(3, 0.5), (200, 0.1), (200, 0.5), (200, 0.99), (200, 0.0)] {
            let postings = postings(count, 300, &mut random);
            let mut next = 0;
            let renamed: Vec<Option<u32>> = (0..=postings[count - 1].slot)
                .map(|_| {
                    let kept = random.random_bool(share);
                    next += u32::from(kept);
                    kept.then(|| next - 1)
                })
                .collect();
            let kept = postings.iter().filter_map(|posting| posting.renamed(&renamed));
            let list = list(&postings).renamed(&renamed);
            assert!(list.entries().eq(kept));
            if let Bytes::Many(bytes) = &list.bytes {
                assert!(bytes.capacity() < bytes.len() + GRANULE && bytes.len() > INLINE);
            }
        }
    }

    #[test]
    fn one_posting_alone_is_read_once() {
        let posting = Posting { slot: 9, halves: 4 };
        let entries = Entries::single(Some(posting));
        assert_eq!(entries.len(), 1);
        assert_eq!(entries.clone().starting_at(9).collect::<Vec<_>>(), [posting]);
        assert_eq!(entries.clone().starting_at(10).len(), 0);
        assert_eq!(entries.skip(1).count(), 0);
        assert_eq!(Entries::single(None).next(), None);
    }

    #[test]
    fn a_list_takes_little_room_besides_its_bytes() {
        assert_eq!((size_of::<Bytes>(), size_of::<PostingList>()), (24, 40));
    }
}
