//! Terms of a text in one allocation, four bytes per term for nearly all of them.

/// Set on the mark of a term that is part of a place's name somewhere in the text.
const PLACE_FLAG: u8 = 0x80;
/// Counts saturate here, so that a mark has seven bits for one.
pub(super) const MAX_HALVES: u32 = 127;

/// Bits of a word for the code of a mark; the others are the gap to the previous term.
const CODE_BITS: u32 = 3;
const ESCAPE: u32 = (1 << CODE_BITS) - 1;
/// The most frequent marks by their codes: words of a text, of administrative areas, said twice, and of a heading.
const FREQUENT: [Mark; ESCAPE as usize] = [
    Mark(2),
    Mark(2 | PLACE_FLAG),
    Mark(1),
    Mark(1 | PLACE_FLAG),
    Mark(4),
    Mark(6),
    Mark(6 | PLACE_FLAG),
];

/// Count of a term in a text and whether the term is part of a place's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(u8);

impl Mark {
    /// Takes a count in halves of one occurrence in the text; counts above [`MAX_HALVES`] saturate.
    pub fn new(halves: u32, in_place: bool) -> Self {
        let halves = halves.min(MAX_HALVES) as u8;
        Self(if in_place { halves | PLACE_FLAG } else { halves })
    }

    /// Returns the count in halves, at most [`MAX_HALVES`].
    pub fn halves(self) -> u8 {
        self.0 & !PLACE_FLAG
    }

    /// Returns `true` if the term is part of a place's name.
    pub fn is_place(self) -> bool {
        self.0 & PLACE_FLAG != 0
    }
}

/// Distinct terms in ascending order with their marks.
///
/// A term is a word of 32 bits: in the upper 29 bits the gap to the previous term (to 0 for the first), in the lower 3 the
/// code of its mark. If the gap is larger or the mark is not in [`FREQUENT`], the code is [`ESCAPE`], the upper bits are
/// the mark, and a second word is the gap. Terms are hashes: with 30 of them one gap in 40 needs the second word.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PackedTerms(Box<[u32]>);

impl PackedTerms {
    /// Packs distinct terms, which must be in ascending order.
    pub fn new(terms: impl IntoIterator<Item = (u32, Mark)>) -> Self {
        let mut words = Vec::new();
        let mut before = 0;
        for (term, mark) in terms {
            let gap = term - before;
            before = term;
            match FREQUENT.iter().position(|frequent| *frequent == mark) {
                Some(code) if gap >> (u32::BITS - CODE_BITS) == 0 => {
                    words.push((gap << CODE_BITS) | code as u32);
                }
                _ => words.extend([(u32::from(mark.0) << CODE_BITS) | ESCAPE, gap]),
            }
        }
        // A copy: a shortened allocation would keep its size.
        Self(Box::from(words.as_slice()))
    }

    /// Iterates over terms and marks, in ascending order of terms.
    pub fn iter(&self) -> Terms<'_> {
        Terms {
            words: self.0.iter(),
            before: 0,
        }
    }

    /// Returns `true` if there are no terms.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a little of each part to load it into the cache.
    pub fn touch(&self) -> u32 {
        let parts = [0, self.0.len() / 2, self.0.len().saturating_sub(1)];
        let words = parts.into_iter().filter_map(|at| self.0.get(at));
        words.fold(0, |sum, word| sum ^ word)
    }
}

/// Iterator over [`PackedTerms`].
#[derive(Clone, Debug)]
pub(super) struct Terms<'a> {
    words: std::slice::Iter<'a, u32>,
    before: u32,
}

impl Iterator for Terms<'_> {
    type Item = (u32, Mark);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let word = *self.words.next()?;
        let (gap, mark) = match FREQUENT.get((word & ESCAPE) as usize) {
            Some(mark) => (word >> CODE_BITS, *mark),
            None => (*self.words.next()?, Mark((word >> CODE_BITS) as u8)),
        };
        self.before = self.before.wrapping_add(gap);
        Some((self.before, mark))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.words.len().div_ceil(2), Some(self.words.len()))
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    #[test]
    fn terms_are_read_as_they_were_packed() {
        let mut random = StdRng::seed_from_u64(3);
        for count in [0, 1, 2, 5, 30, 192, 1_000] {
            let mut terms: Vec<u32> = (0..count).map(|_| random.random()).collect();
            terms.extend([0, 1, 1 << 29, (1 << 29) + 1, u32::MAX].iter().take(count));
            terms.sort_unstable();
            terms.dedup();
            let mark = |term: &u32| (*term, Mark::new(*term % 140, term.is_multiple_of(3)));
            let terms: Vec<(u32, Mark)> = terms.iter().map(mark).collect();
            let packed = PackedTerms::new(terms.iter().copied());
            assert!(packed.iter().eq(terms.iter().copied()), "{count}");
            assert_eq!(packed.is_empty(), terms.is_empty());
        }
    }

    #[test]
    fn a_term_said_once_takes_four_bytes() {
        let terms = (1..=40).map(|nth| (nth * 100_000_000, Mark::new(2, nth % 2 == 0)));
        assert_eq!(PackedTerms::new(terms).0.len(), 40);
        let far = [
            (1 << 29, Mark::new(2, false)),
            ((1 << 29) + 1, Mark::new(9, true)),
        ];
        assert_eq!(PackedTerms::new(far).0.len(), 4);
    }

    #[test]
    fn a_count_saturates_and_does_not_become_a_place() {
        for (halves, in_place, expected) in [
            (0, false, 0),
            (127, true, 127),
            (128, false, 127),
            (900, true, 127),
        ] {
            let mark = Mark::new(halves, in_place);
            assert_eq!((mark.halves(), mark.is_place()), (expected, in_place));
        }
    }
}
