//! Pure: every count of a report, from one walk over its facts.

use std::collections::{HashMap, HashSet};

use crate::insight::reports::facts::{ComparedPeriod, ReportFact};
use crate::insight::reports::slice::{Dimension, Measure, Slice};

const MEASURES: usize = Measure::ALL.len();

/// A value gets a row if it has arrivals or decisions.
const BUSY: [Measure; 4] = [
    Measure::Arrived,
    Measure::ResponseJudged,
    Measure::ResolutionJudged,
    Measure::Judgeable,
];

type Counts = [u64; MEASURES];

/// Counts by period and by value of each dimension.
pub struct Tally {
    counts: HashMap<(ComparedPeriod, Option<Dimension>), Counts>,
    delegates: HashMap<(ComparedPeriod, Option<Dimension>), HashSet<u32>>,
}

impl Tally {
    #[must_use]
    pub fn of(facts: &[ReportFact]) -> Self {
        let mut tally = Self {
            counts: HashMap::new(),
            delegates: HashMap::new(),
        };
        for fact in facts {
            tally.add(fact);
        }
        tally
    }

    fn add(&mut self, fact: &ReportFact) {
        // What an order has no value of does not count it; the first is the whole.
        let own = [
            Some(Dimension::Channel(fact.channel)),
            Some(Dimension::week_of(fact.day)),
            fact.area.clone().map(Dimension::Area),
            fact.category.clone().map(Dimension::Category),
            fact.category
                .clone()
                .zip(fact.area.clone())
                .map(|(category, area)| Dimension::CategoryArea(category, area)),
            fact.unit.map(|unit| Dimension::Unit(unit.to_string())),
        ];
        let topics = fact.topics.iter().copied().map(Dimension::Topic);
        let own = own.into_iter().flatten().chain(topics).map(Some);
        let dimensions: Vec<Option<Dimension>> = std::iter::once(None).chain(own).collect();
        for when in [ComparedPeriod::Now, ComparedPeriod::Before] {
            let mut times = [0; MEASURES];
            for (times, measure) in times.iter_mut().zip(Measure::ALL) {
                *times = measure.times(fact, when);
            }
            if times.iter().all(|times| *times == 0) {
                continue;
            }
            let is_his = Measure::Delegates.times(fact, when) > 0;
            for of in &dimensions {
                let key = (when, of.clone());
                if is_his {
                    let delegates = self.delegates.entry(key.clone()).or_default();
                    delegates.insert(fact.delegate);
                }
                let counts = self.counts.entry(key).or_insert([0; MEASURES]);
                for (count, times) in counts.iter_mut().zip(times) {
                    *count += times;
                }
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

    /// Returns the values of a dimension with arrivals in the report's own period and their number, largest first.
    #[must_use]
    pub fn ranked(&self, wanted: impl Fn(&Dimension) -> bool) -> Vec<(Dimension, u64)> {
        let mut busy = self.active_values(wanted);
        busy.retain(|(_, arrived)| *arrived > 0);
        busy
    }

    /// Returns the values including those without arrivals but with decisions.
    #[must_use]
    pub fn active_values(&self, wanted: impl Fn(&Dimension) -> bool) -> Vec<(Dimension, u64)> {
        let mut found: Vec<_> = self
            .counts
            .keys()
            .filter(|(when, _)| *when == ComparedPeriod::Now)
            .filter_map(|(_, of)| of.clone())
            .filter(wanted)
            .filter(|of| {
                let mut what = BUSY.iter();
                what.any(|measure| self.count(&Slice::now(*measure).of(of.clone())) > 0)
            })
            .map(|of| {
                let arrived = self.count(&Slice::now(Measure::Arrived).of(of.clone()));
                (of, arrived)
            })
            .collect();
        found.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
        found
    }
}
