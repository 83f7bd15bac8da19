//! Sparse term-weight vector for repeated dot products: a 4,096-bit filter rejects most absent terms, an open-addressing
//! table resolves the rest.

use crate::similar::features::{Features, weight};

/// 2³² over the golden ratio; the products' high bits spread terms over the table.
const GOLDEN: u32 = 0x9E37_79B9;
/// Size of the filter as a power of two: with 45 terms one absent term in a hundred passes it.
const FILTER_BITS: u32 = 12;
const FILTER_WORDS: usize = 1 << (FILTER_BITS - 6);
/// Table slots per term.
const PLACES: usize = 2;

/// Weights by term; an absent term weighs 0.
#[derive(Clone, Debug)]
pub struct TermWeights {
    filter: [u64; FILTER_WORDS],
    /// A term and its weight; weight 0 is an empty place. As many as a power of two, one of them empty at least.
    places: Vec<(u32, f32)>,
    shift: u32,
}

impl TermWeights {
    /// Builds the table from distinct terms; terms of weight 0 are left out.
    #[must_use]
    pub fn new(weights: &[(u32, f32)]) -> Self {
        let places = (PLACES * weights.len() + 1).next_power_of_two().max(2);
        let mut lookup = Self {
            filter: [0; FILTER_WORDS],
            places: vec![(0, 0.0); places],
            shift: u32::BITS - places.trailing_zeros(),
        };
        for (term, weight) in weights.iter().filter(|(_, weight)| *weight > 0.0) {
            let (word, bit) = place_in_filter(*term);
            if let Some(bits) = lookup.filter.get_mut(word) {
                *bits |= bit;
            }
            let mut at = lookup.first(*term);
            while lookup.places.get(at).is_some_and(|(_, held)| *held > 0.0) {
                at = (at + 1) & (places - 1);
            }
            if let Some(place) = lookup.places.get_mut(at) {
                *place = (*term, *weight);
            }
        }
        lookup
    }

    /// Returns the weight of a term, 0 if it does not occur.
    #[must_use]
    pub fn weight(&self, term: u32) -> f32 {
        let (word, bit) = place_in_filter(term);
        if self.filter.get(word).is_none_or(|bits| bits & bit == 0) {
            return 0.0;
        }
        let mut at = self.first(term);
        while let Some((held, weight)) = self.places.get(at) {
            if *weight <= 0.0 || *held == term {
                return *weight;
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        0.0
    }

    /// Returns the dot product with another sparse vector.
    #[must_use]
    pub fn dot(&self, others: impl Iterator<Item = (u32, f32)>) -> f32 {
        others.map(|(term, weight)| weight * self.weight(term)).sum()
    }

    /// Returns the dot product with the term weights of a text, before rarity.
    #[must_use]
    pub fn dot_tf(&self, features: &Features) -> f32 {
        let shared = features.term_counts().filter_map(|(term, halves)| {
            let own = self.weight(term);
            (own > 0.0).then(|| own * weight(halves))
        });
        shared.sum()
    }

    fn first(&self, term: u32) -> usize {
        (term.wrapping_mul(GOLDEN) >> self.shift) as usize
    }
}

/// Returns the index of the filter word and the bit mask in it.
fn place_in_filter(term: u32) -> (usize, u64) {
    let place = term.wrapping_mul(GOLDEN) >> (u32::BITS - FILTER_BITS);
    ((place >> 6) as usize, 1 << (place & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 64, 191, 384] {
            // Neighbours and multiples of a power of two: the worst that hashes could be.
            let terms: Vec<(u32, f32)> = (0..count)
                .map(|nth| (if nth % 2 == 0 { nth } else { nth << 20 }, nth as f32 + 1.0))
                .collect();
            let lookup = TermWeights::new(&terms);
            for (term, weight) in &terms {
                assert!(
                    (lookup.weight(*term) - weight).abs() < f32::EPSILON,
                    "{term} of {count}"
                );
            }
            for other in (count..count + 500)
                .map(|nth| nth * 7 + 1)
                .filter(|other| *other >= count)
            {
                let held = terms.iter().any(|(term, _)| *term == other);
                assert_eq!(lookup.weight(other) > 0.0, held, "{other} of {count}");
            }
        }
    }

    #[test]
    fn the_product_of_two_vectors_is_that_of_what_they_share() {
        let lookup = TermWeights::new(&[(1, 0.5), (2, 0.0), (9, 2.0)]);
        let other = [(1, 4.0), (2, 3.0), (9, 1.5), (10, 7.0)];
        assert!((lookup.dot(other.into_iter()) - 5.0).abs() < 1e-6);
    }
}
