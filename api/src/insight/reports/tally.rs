//! Every count of a report, from one walk over its facts. Pure.

use std::collections::{HashMap, HashSet};

use crate::insight::reports::facts::{Fact, When};
use crate::insight::reports::slice::{Measure, Of, Slice};

const MEASURES: usize = Measure::ALL.len();

type Counts = [u64; MEASURES];

/// Counts by period and by value of each dimension.
pub struct Tally {
    counts: HashMap<(When, Option<Of>), Counts>,
    delegates: HashMap<(When, Option<Of>), HashSet<u32>>,
}

impl Tally {
    #[must_use]
    pub fn of(facts: &[Fact]) -> Self {
        let mut tally = Self {
            counts: HashMap::new(),
            delegates: HashMap::new(),
        };
        for fact in facts {
            tally.add(fact);
        }
        tally
    }

    fn add(&mut self, fact: &Fact) {
        let dimensions = [
            None,
            Some(Of::Channel(fact.channel)),
            Some(Of::week_of(fact.day)),
            fact.area.clone().map(Of::Area),
            fact.category.clone().map(Of::Category),
            fact.unit.map(|unit| Of::Unit(unit.to_string())),
        ];
        let mut holds = [0; MEASURES];
        for (hold, measure) in holds.iter_mut().zip(Measure::ALL) {
            *hold = u64::from(measure.holds(fact));
        }
        for (index, of) in dimensions.into_iter().enumerate() {
            // Without the order's own value the dimension does not count it; the first is the whole.
            if of.is_none() && index > 0 {
                continue;
            }
            let key = (fact.when, of);
            if Measure::Delegates.holds(fact) {
                self.delegates
                    .entry(key.clone())
                    .or_default()
                    .insert(fact.delegate);
            }
            let counts = self.counts.entry(key).or_insert([0; MEASURES]);
            for (count, hold) in counts.iter_mut().zip(holds) {
                *count += hold;
            }
        }
    }

    #[must_use]
    pub fn count(&self, slice: &Slice) -> u64 {
        let key = (slice.when, slice.of.clone());
        if slice.measure == Measure::Delegates {
            return self.delegates.get(&key).map_or(0, |who| who.len() as u64);
        }
        let at = Measure::ALL.iter().position(|measure| *measure == slice.measure);
        self.counts
            .get(&key)
            .zip(at)
            .and_then(|(counts, at)| counts.get(at))
            .copied()
            .unwrap_or(0)
    }

    /// The values of a dimension that occur in the report's own period, with how many came in, the most first.
    #[must_use]
    pub fn ranked(&self, wanted: impl Fn(&Of) -> bool) -> Vec<(Of, u64)> {
        let mut found: Vec<_> = self
            .counts
            .keys()
            .filter(|(when, _)| *when == When::Now)
            .filter_map(|(_, of)| of.clone())
            .filter(wanted)
            .map(|of| {
                let arrived = self.count(&Slice::now(Measure::Arrived).of(of.clone()));
                (of, arrived)
            })
            .filter(|(_, arrived)| *arrived > 0)
            .collect();
        found.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
        found
    }
}
