//! Centroid of a group: the sum of its members' unit vectors without the lightest terms.

use crate::similar::{TermWeights, UnitVector};

/// Terms kept; twice as many may gather before the lightest go.
const MAX_TERMS: usize = 192;
/// A term is part of a place's name if so large a share of its weight is from texts where it is.
const PLACE_SHARE: f32 = 0.2;

/// The mean direction of a group's texts.
#[derive(Clone, Debug, Default)]
pub struct Centroid {
    /// In ascending order of terms.
    sum: Vec<(u32, f32)>,
    /// Weights of the terms where they are part of a place's name, in ascending order of terms.
    places: Vec<(u32, f32)>,
    members: usize,
    norm: f32,
}

/// A cosine in two parts, which add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SplitCosine {
    /// From terms that are part of a place's name on either side.
    pub place: f32,
    /// From all other terms.
    pub matter: f32,
}

impl SplitCosine {
    /// Returns the whole cosine.
    #[must_use]
    pub fn total(self) -> f32 {
        self.place + self.matter
    }

    fn add(&mut self, is_place: bool, product: f32) {
        *(if is_place {
            &mut self.place
        } else {
            &mut self.matter
        }) += product;
    }
}

impl Centroid {
    /// Adds a text.
    pub fn add(&mut self, unit: &UnitVector) {
        plus(&mut self.sum, unit.iter(), 1.0);
        plus(&mut self.places, of_places(unit), 1.0);
        self.members += 1;
        self.settle();
    }

    /// Removes a text.
    pub fn take(&mut self, unit: &UnitVector) {
        // What was let go, or came in lighter than it is now, is not taken twice.
        plus(&mut self.sum, unit.iter(), -1.0);
        plus(&mut self.places, of_places(unit), -1.0);
        self.members = self.members.saturating_sub(1);
        self.settle();
    }

    /// Adds all texts of another centroid.
    pub fn merge(&mut self, other: &Self) {
        plus(&mut self.sum, other.sum.iter().copied(), 1.0);
        plus(&mut self.places, other.places.iter().copied(), 1.0);
        self.members += other.members;
        self.settle();
    }

    /// Returns `true` if the term is part of a place's name in enough of the texts that have it.
    fn is_place(&self, term: u32, weight: f32) -> bool {
        let named = self.places.binary_search_by_key(&term, |(place, _)| *place);
        let named = named.ok().and_then(|at| self.places.get(at));
        named.is_some_and(|(_, named)| *named >= PLACE_SHARE * weight)
    }

    /// Returns `true` if the term is part of the name of a place in the group.
    #[must_use]
    pub fn names_place(&self, term: u32) -> bool {
        let held = self.sum.binary_search_by_key(&term, |(own, _)| *own);
        let held = held.ok().and_then(|at| self.sum.get(at));
        held.is_some_and(|(_, weight)| self.is_place(term, *weight))
    }

    /// Splits the cosine between two middles.
    #[must_use]
    pub fn split_between(&self, other: &Self) -> SplitCosine {
        let mut parts = SplitCosine::default();
        let norm = (self.norm * other.norm).max(f32::MIN_POSITIVE);
        for_shared(
            self.sum.iter().copied(),
            other.sum.iter().copied(),
            |term, a, b| {
                let is_place = self.is_place(term, a) || other.is_place(term, b);
                parts.add(is_place, a * b / norm);
            },
        );
        parts
    }

    /// Estimates the part of [`Self::coherence`] that is not in names of places, as if all members had each name with the same
    /// weight: never more than the part itself.
    #[must_use]
    pub fn matter_coherence(&self) -> f32 {
        let n = self.members as f32;
        if self.members < 2 {
            return 1.0;
        }
        let places = self.sum.iter().filter(|(term, sum)| self.is_place(*term, *sum));
        let squares: f32 = places.map(|(_, sum)| sum * sum).sum();
        (self.coherence() - squares / (n * n)).max(0.0)
    }

    /// Between the middle and a text, given as a vector of length 1.
    #[must_use]
    pub fn cosine(&self, unit: &TermWeights) -> f32 {
        unit.dot(self.sum.iter().copied()) / self.norm.max(f32::MIN_POSITIVE)
    }

    /// To be held against other middles.
    #[must_use]
    pub fn lookup(&self) -> TermWeights {
        TermWeights::new(&self.sum)
    }

    /// Between two middles, one of them by its [`Self::lookup`].
    #[must_use]
    pub fn between(&self, lookup: &TermWeights, other: &Self) -> f32 {
        lookup.dot(other.sum.iter().copied()) / (self.norm * other.norm).max(f32::MIN_POSITIVE)
    }

    /// The mean cosine between two members: `(|sum|² − n) / (n (n − 1))`, since each has length 1. What was
    /// let go makes it a little smaller than it is.
    #[must_use]
    pub fn coherence(&self) -> f32 {
        let n = self.members as f32;
        if self.members < 2 {
            return 1.0;
        }
        ((self.norm * self.norm - n) / (n * (n - 1.0))).max(0.0)
    }

    /// The heaviest terms in ascending order, and their weights in the middle made a vector of length 1.
    #[must_use]
    pub fn leading(&self, count: usize) -> Vec<(u32, f32)> {
        let mut terms = self.sum.clone();
        if terms.len() > count {
            terms.select_nth_unstable_by(count, heavier);
            terms.truncate(count);
        }
        terms.sort_unstable_by_key(|(term, _)| *term);
        for (_, weight) in &mut terms {
            *weight /= self.norm.max(f32::MIN_POSITIVE);
        }
        terms
    }

    fn settle(&mut self) {
        if self.sum.len() > 2 * MAX_TERMS {
            self.sum.select_nth_unstable_by(MAX_TERMS, heavier);
            self.sum.truncate(MAX_TERMS);
            self.sum.sort_unstable_by_key(|(term, _)| *term);
            let sum = &self.sum;
            self.places
                .retain(|(place, _)| sum.binary_search_by_key(place, |(term, _)| *term).is_ok());
        }
        self.norm = self
            .sum
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f32>()
            .sqrt();
    }
}

fn heavier(a: &(u32, f32), b: &(u32, f32)) -> std::cmp::Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// Adds a vector times `sign`; nothing falls below zero.
pub(super) fn plus(into: &mut Vec<(u32, f32)>, others: impl Iterator<Item = (u32, f32)>, sign: f32) {
    let mine = std::mem::take(into);
    let mut sum = Vec::with_capacity(mine.len() + others.size_hint().0);
    let mut mine = mine.into_iter().peekable();
    for (term, weight) in others {
        while let Some(before) = mine.next_if(|(own, _)| *own < term) {
            sum.push(before);
        }
        let held = mine.next_if(|(own, _)| *own == term);
        let weight = held.map_or(0.0, |(_, held)| held) + sign * weight;
        if weight > 0.0 {
            sum.push((term, weight));
        }
    }
    sum.extend(mine);
    *into = sum;
}

fn of_places(unit: &UnitVector) -> impl Iterator<Item = (u32, f32)> + '_ {
    unit.iter().filter(|(term, _)| unit.is_place(*term))
}

/// Calls `each` with the weights of every term that both have; both in ascending order of terms.
pub(super) fn for_shared(
    one: impl Iterator<Item = (u32, f32)>,
    other: impl Iterator<Item = (u32, f32)>,
    mut each: impl FnMut(u32, f32, f32),
) {
    let mut other = other.peekable();
    for (term, weight) in one {
        while other.next_if(|(theirs, _)| *theirs < term).is_some() {}
        if let Some((_, theirs)) = other.next_if(|(theirs, _)| *theirs == term) {
            each(term, weight, theirs);
        }
    }
}
