//! The middle of a group: the sum of its members' unit vectors, the lightest terms let go.

use std::hash::Hash;

use crate::similar::spread::ByNumber;
use crate::similar::{Features, Index};

/// Terms kept; twice as many may gather before the lightest go.
const MAX_TERMS: usize = 192;

#[derive(Clone, Debug, Default)]
pub struct Centre {
    sum: ByNumber<f32>,
    members: usize,
    norm: f32,
}

impl Centre {
    pub fn add<K: Copy + Eq + Hash + Ord>(&mut self, index: &Index<K>, features: &Features) {
        for (term, weight) in index.unit(features) {
            *self.sum.entry(term).or_default() += weight;
        }
        self.members += 1;
        self.settle();
    }

    pub fn take<K: Copy + Eq + Hash + Ord>(&mut self, index: &Index<K>, features: &Features) {
        for (term, weight) in index.unit(features) {
            if let Some(held) = self.sum.get_mut(&term) {
                *held = (*held - weight).max(0.0);
            }
        }
        self.members = self.members.saturating_sub(1);
        self.settle();
    }

    pub fn unite(&mut self, other: &Self) {
        for (term, weight) in &other.sum {
            *self.sum.entry(*term).or_default() += weight;
        }
        self.members += other.members;
        self.settle();
    }

    /// Between the middle and a text.
    #[must_use]
    pub fn cosine<K: Copy + Eq + Hash + Ord>(&self, index: &Index<K>, features: &Features) -> f32 {
        let shared = index
            .unit(features)
            .map(|(term, weight)| weight * self.weight(term));
        shared.sum::<f32>() / self.norm.max(f32::MIN_POSITIVE)
    }

    /// Between two middles.
    #[must_use]
    pub fn between(&self, other: &Self) -> f32 {
        let (fewer, more) = if self.sum.len() <= other.sum.len() {
            (self, other)
        } else {
            (other, self)
        };
        let shared = fewer.sum.iter().map(|(term, weight)| weight * more.weight(*term));
        shared.sum::<f32>() / (self.norm * other.norm).max(f32::MIN_POSITIVE)
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

    /// The heaviest terms.
    #[must_use]
    pub fn leading(&self, count: usize) -> Vec<u32> {
        let mut terms = self.heaviest();
        terms.truncate(count);
        terms.into_iter().map(|(term, _)| term).collect()
    }

    fn weight(&self, term: u32) -> f32 {
        self.sum.get(&term).copied().unwrap_or(0.0)
    }

    fn heaviest(&self) -> Vec<(u32, f32)> {
        let mut terms: Vec<(u32, f32)> = self.sum.iter().map(|(term, weight)| (*term, *weight)).collect();
        terms.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        terms
    }

    fn settle(&mut self) {
        if self.sum.len() > 2 * MAX_TERMS {
            let mut terms = self.heaviest();
            terms.truncate(MAX_TERMS);
            self.sum = terms.into_iter().collect();
        }
        self.norm = self
            .sum
            .values()
            .map(|weight| weight * weight)
            .sum::<f32>()
            .sqrt();
    }
}
