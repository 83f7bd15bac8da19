//! Centroid of a group: the sum of its members' unit vectors without the lightest terms.

use crate::similar::{TermWeights, UnitVector};

/// Terms kept; twice as many may gather before the lightest go.
const MAX_TERMS: usize = 192;

#[derive(Clone, Debug, Default)]
pub struct Centroid {
    /// In ascending order of terms.
    sum: Vec<(u32, f32)>,
    members: usize,
    norm: f32,
}

impl Centroid {
    pub fn add(&mut self, unit: &UnitVector) {
        self.plus(unit.iter(), 1.0);
        self.members += 1;
        self.settle();
    }

    pub fn take(&mut self, unit: &UnitVector) {
        // What was let go, or came in lighter than it is now, is not taken twice.
        self.plus(unit.iter(), -1.0);
        self.members = self.members.saturating_sub(1);
        self.settle();
    }

    pub fn merge(&mut self, other: &Self) {
        self.plus(other.sum.iter().copied(), 1.0);
        self.members += other.members;
        self.settle();
    }

    /// Adds a vector times `sign`; nothing falls below zero.
    fn plus(&mut self, others: impl Iterator<Item = (u32, f32)>, sign: f32) {
        let mine = std::mem::take(&mut self.sum);
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
        self.sum = sum;
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
