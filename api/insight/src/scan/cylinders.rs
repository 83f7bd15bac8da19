//! A cylinder is a set of areas over the last so many days. For each the counts are held against the
//! expectation; the strongest of a category is its candidate.

#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the dimensions the tables were made with"
)]

use rand::Rng;

use crate::scan::baseline::{Baseline, CategoryBaseline, WINDOW};
use crate::scan::random::{gamma_of_mean_one, poisson};

/// How many days back a cylinder may reach.
pub const REACHES: [usize; 10] = [1, 2, 3, 4, 5, 7, 10, 14, 21, 28];
/// Fewer orders than this are no rise, however rare they were.
const MIN_COUNT: u32 = 3;

/// Orders of one category: by area, then reach.
pub type Counts = Vec<[u32; REACHES.len()]>;

/// The strongest cylinder of one category.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strongest {
    /// Index of its set of areas.
    pub zone: usize,
    /// Index into [`REACHES`].
    pub reach: usize,
    pub statistic: f64,
}

/// Expectations of every cylinder of every category, computed once for all replications.
pub struct Expectations<'a> {
    zones: &'a [Vec<usize>],
    baseline: &'a Baseline,
    /// By category, then zone and reach.
    expectations: Vec<Vec<[Expectation; REACHES.len()]>>,
}

/// One cylinder's expectation: what its count is drawn from when nothing has changed.
#[derive(Clone, Copy, Default)]
struct Expectation {
    mean: f64,
    /// Of the gamma law of the count's rate: small where the baseline is unsure or restless.
    shape: f64,
}

/// As good as certain: the law of the count is Poisson's.
const SURE: f64 = 1e12;

impl Expectation {
    /// The log-likelihood ratio of a count whose rate is gamma (negative binomial; Poisson's, Kulldorff 1997, where
    /// the rate is sure); 0 where there are not more than expected. Its exponential bounds how seldom chance comes so
    /// far, whatever the cylinder: so the strongest of all is looked for on one scale.
    fn statistic(self, count: u32) -> f64 {
        let observed = f64::from(count);
        if count < MIN_COUNT || observed <= self.mean {
            return 0.0;
        }
        let beyond = (observed - self.mean) / (self.mean + self.shape);
        observed * (observed / self.mean).ln() - (observed + self.shape) * beyond.ln_1p()
    }
}

impl<'a> Expectations<'a> {
    #[must_use]
    pub fn new(baseline: &'a Baseline, zones: &'a [Vec<usize>]) -> Self {
        let of = |category: &CategoryBaseline| {
            let zones = zones.iter();
            zones
                .map(|zone| REACHES.map(|reach| expectation(category, zone, reach)))
                .collect()
        };
        Self {
            zones,
            baseline,
            expectations: baseline.categories.iter().map(of).collect(),
        }
    }

    #[must_use]
    pub fn mean(&self, category: usize, found: Strongest) -> f64 {
        self.expectations[category][found.zone][found.reach].mean
    }

    /// The strongest cylinder of a category; none where nothing is above its expectation.
    #[must_use]
    pub fn strongest(&self, category: usize, counts: &Counts) -> Option<Strongest> {
        let city: u32 = counts.iter().map(|area| area[REACHES.len() - 1]).sum();
        if city < MIN_COUNT {
            return None;
        }
        let mut best: Option<Strongest> = None;
        for (zone, (areas, expectations)) in self.zones.iter().zip(&self.expectations[category]).enumerate() {
            for (reach, expectation) in expectations.iter().enumerate() {
                let count = areas.iter().map(|area| counts[*area][reach]).sum();
                let statistic = expectation.statistic(count);
                if statistic > best.map_or(0.0, |best| best.statistic) {
                    best = Some(Strongest {
                        zone,
                        reach,
                        statistic,
                    });
                }
            }
        }
        best
    }

    /// Counts as they could come if nothing had changed: a rate as unsure as the baseline is, weeks as
    /// restless as they were, and chance.
    pub fn replicate(&self, category: usize, rng: &mut impl Rng) -> Counts {
        let baseline = &self.baseline.categories[category];
        let level = gamma_of_mean_one(rng, baseline.shape);
        let weeks: Vec<f64> = (0..WINDOW.div_ceil(7))
            .map(|_| gamma_of_mean_one(rng, 1.0 / baseline.overdispersion))
            .collect();
        let rates = baseline.area_shapes.iter().zip(&baseline.shrinkage);
        let areas = baseline.means.iter().zip(rates);
        areas
            .map(|(means, (shape, shrinkage))| {
                let own = gamma_of_mean_one(rng, *shape) * (1.0 + shrinkage * (level - 1.0));
                let mut days = [0; WINDOW];
                for (back, day) in days.iter_mut().enumerate() {
                    *day = poisson(rng, means[WINDOW - 1 - back] * own * weeks[back / 7]);
                }
                sums(&days)
            })
            .collect()
    }

    /// The highest statistic of one replication of everything.
    pub fn highest_of_replica(&self, rng: &mut impl Rng) -> f64 {
        let categories = 0..self.baseline.categories.len();
        let highest = categories.map(|category| {
            let counts = self.replicate(category, rng);
            self.strongest(category, &counts)
                .map_or(0.0, |found| found.statistic)
        });
        highest.fold(0.0, f64::max)
    }
}

/// Sums over each reach; `days` run backwards from the last.
#[must_use]
pub fn sums(days: &[u32]) -> [u32; REACHES.len()] {
    REACHES.map(|reach| days.iter().take(reach).sum())
}

fn expectation(category: &CategoryBaseline, zone: &[usize], reach: usize) -> Expectation {
    let mut weeks = [0.0; WINDOW.div_ceil(7)];
    let (mut of_areas, mut of_city) = (0.0, 0.0);
    for area in zone {
        let mut own = 0.0;
        for back in 0..reach {
            let mean = category.means[*area][WINDOW - 1 - back];
            weeks[back / 7] += mean;
            own += mean;
        }
        of_areas += own * own / category.area_shapes[*area];
        of_city += own * category.shrinkage[*area];
    }
    let mean: f64 = weeks.iter().sum();
    let squares: f64 = weeks.iter().map(|week| week * week).sum();
    let beyond = of_city * of_city / category.shape + of_areas + category.overdispersion * squares;
    Expectation {
        mean,
        shape: (mean * mean / beyond.max(f64::MIN_POSITIVE)).min(SURE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_above_its_expectation_is_nothing() {
        let expectation = Expectation {
            mean: 5.0,
            shape: SURE,
        };
        assert!(expectation.statistic(5).abs() < f64::EPSILON);
        assert!(expectation.statistic(9) > 0.0);
        let rare = Expectation {
            mean: 0.001,
            ..expectation
        };
        assert!(rare.statistic(2).abs() < f64::EPSILON, "two orders are no rise");
    }

    #[test]
    fn an_unsure_expectation_weighs_less() {
        let sure = Expectation {
            mean: 5.0,
            shape: SURE,
        };
        let unsure = Expectation { shape: 2.5, ..sure };
        assert!(unsure.statistic(20) < sure.statistic(20));
    }

    #[test]
    fn sums_reach_back_from_the_last_day() {
        let mut days = [0; WINDOW];
        days[0] = 4;
        days[6] = 1;
        days[27] = 2;
        assert_eq!(sums(&days), [4, 4, 4, 4, 4, 5, 5, 5, 5, 7]);
    }
}
