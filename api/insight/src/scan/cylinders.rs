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
    /// Log-likelihood ratio.
    pub statistic: f64,
}

/// How many days each reach has more than the one before, and the week that they lie in, counted back.
const SEGMENT_DAYS: [usize; REACHES.len()] = [1, 1, 1, 1, 1, 2, 3, 4, 7, 7];
const SEGMENT_WEEK: [usize; REACHES.len()] = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3];
const WINDOW_WEEKS: usize = WINDOW / 7;

/// A value for each reach, or for the days that it has more than the one before.
type ByReach = [f64; REACHES.len()];

/// Expectations of every cylinder of every category, computed once for all replications.
pub struct Expectations<'a> {
    zones: &'a [Vec<usize>],
    baseline: &'a Baseline,
    categories: Vec<CategoryExpectations>,
}

/// One category's.
struct CategoryExpectations {
    /// By area: the mean of each segment.
    segments: Vec<ByReach>,
    /// By zone, then reach.
    cylinders: Vec<[Expectation; REACHES.len()]>,
}

/// One cylinder's expectation: what its count is drawn from when nothing has changed.
#[derive(Clone, Copy, Default)]
pub struct Expectation {
    /// Number of reports expected.
    pub mean: f64,
    /// Of the gamma law of the count's rate: small where the baseline is unsure or restless.
    shape: f64,
}

/// As good as certain: the law of the count is Poisson's.
const SURE: f64 = 1e12;

impl Expectation {
    /// Returns the variance of the count.
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean + self.mean * self.mean / self.shape
    }

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
    /// Sums the baseline over the zones.
    #[must_use]
    pub fn new(baseline: &'a Baseline, zones: &'a [Vec<usize>]) -> Self {
        let categories = baseline.categories.iter();
        Self {
            zones,
            baseline,
            categories: categories
                .map(|category| CategoryExpectations::new(category, zones))
                .collect(),
        }
    }

    /// Returns the expected number of reports in a cylinder.
    #[must_use]
    pub fn mean(&self, category: usize, found: Strongest) -> f64 {
        self.categories[category].cylinders[found.zone][found.reach].mean
    }

    /// The strongest cylinder of a category; none where nothing is above its expectation.
    #[must_use]
    pub fn strongest(&self, category: usize, counts: &Counts) -> Option<Strongest> {
        let city: u32 = counts.iter().map(|area| area[REACHES.len() - 1]).sum();
        if city < MIN_COUNT {
            return None;
        }
        let mut best: Option<Strongest> = None;
        let cylinders = &self.categories[category].cylinders;
        for (zone, (areas, expectations)) in self.zones.iter().zip(cylinders).enumerate() {
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

    /// Counts as they could come if nothing had changed: a rate as unsure as the baseline is, levels, weeks and days as
    /// restless as they were, and chance.
    pub fn replicate(&self, category: usize, rng: &mut impl Rng) -> Counts {
        let baseline = &self.baseline.categories[category];
        let dispersion = &baseline.dispersion;
        let level = gamma_of_mean_one(rng, baseline.shape);
        let drift = gamma_of_mean_one(rng, 1.0 / dispersion.level);
        let weeks: [f64; WINDOW_WEEKS] =
            std::array::from_fn(|_| drift * gamma_of_mean_one(rng, 1.0 / dispersion.weeks));
        let days: ByReach = std::array::from_fn(|segment| {
            let shape = SEGMENT_DAYS[segment] as f64 / dispersion.days;
            weeks[SEGMENT_WEEK[segment]] * gamma_of_mean_one(rng, shape)
        });
        let mut areas = Vec::with_capacity(baseline.means.len());
        for (area, means) in self.categories[category].segments.iter().enumerate() {
            let shape = 1.0 / (1.0 / baseline.area_shapes[area] + dispersion.areas);
            let own = gamma_of_mean_one(rng, shape) * (1.0 + baseline.shrinkage[area] * (level - 1.0));
            let of_weeks: [f64; WINDOW_WEEKS] =
                std::array::from_fn(|_| own * gamma_of_mean_one(rng, 1.0 / dispersion.area_weeks));
            let mut counted = 0;
            areas.push(std::array::from_fn(|segment| {
                let factor = days[segment] * of_weeks[SEGMENT_WEEK[segment]];
                counted += poisson(rng, means[segment] * factor);
                counted
            }));
        }
        areas
    }

    /// The highest statistic of each category in one replication; 0 for a category with nothing above its expectation.
    pub fn statistics_of_replica(&self, rng: &mut impl Rng) -> Vec<f64> {
        let categories = 0..self.categories.len();
        let highest = categories.map(|category| {
            let counts = self.replicate(category, rng);
            self.strongest(category, &counts)
                .map_or(0.0, |found| found.statistic)
        });
        highest.collect()
    }
}

/// Sums over each reach; `days` run backwards from the last.
#[must_use]
pub fn sums(days: &[u32]) -> [u32; REACHES.len()] {
    REACHES.map(|reach| days.iter().take(reach).sum())
}

/// The terms that an area adds to the cylinders that contain it, by reach.
struct AreaTerms {
    mean: ByReach,
    /// The part of the mean that rests on the category's rate in the city.
    shared: ByReach,
    /// Variance beyond Poisson that is the area's own.
    own: ByReach,
}

impl CategoryExpectations {
    fn new(category: &CategoryBaseline, zones: &[Vec<usize>]) -> Self {
        let segments: Vec<ByReach> = category.means.iter().map(segment_means).collect();
        let terms: Vec<AreaTerms> = (0..segments.len())
            .map(|area| AreaTerms::new(category, area, &segments[area]))
            .collect();
        let zones = zones.iter();
        let cylinders = zones
            .map(|zone| zone_expectations(category, zone, &terms))
            .collect();
        Self { segments, cylinders }
    }
}

impl AreaTerms {
    fn new(category: &CategoryBaseline, area: usize, segments: &ByReach) -> Self {
        let mean = cumulative(segments);
        let unsure = 1.0 / category.area_shapes[area] + category.dispersion.areas;
        let weeks = week_squares(&mean);
        Self {
            shared: mean.map(|mean| mean * category.shrinkage[area]),
            own: std::array::from_fn(|reach| {
                mean[reach] * mean[reach] * unsure + weeks[reach] * category.dispersion.area_weeks
            }),
            mean,
        }
    }
}

/// The expectation of a category in the whole city and the whole window.
#[must_use]
pub fn city_expectation(category: &CategoryBaseline) -> Expectation {
    let segments = category.means.iter().map(segment_means).enumerate();
    let terms: Vec<AreaTerms> = segments
        .map(|(area, segments)| AreaTerms::new(category, area, &segments))
        .collect();
    let city: Vec<usize> = (0..terms.len()).collect();
    zone_expectations(category, &city, &terms)[REACHES.len() - 1]
}

fn zone_expectations(
    category: &CategoryBaseline,
    zone: &[usize],
    terms: &[AreaTerms],
) -> [Expectation; REACHES.len()] {
    let total = |of: fn(&AreaTerms) -> &ByReach| -> ByReach {
        let mut total = [0.0; REACHES.len()];
        for area in zone {
            let terms = of(&terms[*area]).iter();
            total
                .iter_mut()
                .zip(terms)
                .for_each(|(total, term)| *total += term);
        }
        total
    };
    let mean = total(|terms| &terms.mean);
    let shared = total(|terms| &terms.shared);
    let own = total(|terms| &terms.own);
    let (weeks, days) = (week_squares(&mean), day_squares(&mean));
    let dispersion = &category.dispersion;
    std::array::from_fn(|reach| {
        let squared = mean[reach] * mean[reach];
        let beyond = shared[reach] * shared[reach] / category.shape
            + own[reach]
            + squared * dispersion.level
            + weeks[reach] * dispersion.weeks
            + days[reach] * dispersion.days;
        Expectation {
            mean: mean[reach],
            shape: (squared / beyond.max(f64::MIN_POSITIVE)).min(SURE),
        }
    })
}

/// The sum of the days of each segment; `means` run forwards to the last day.
fn segment_means(means: &[f64; WINDOW]) -> ByReach {
    let mut backwards = means.iter().rev();
    SEGMENT_DAYS.map(|days| backwards.by_ref().take(days).sum())
}

fn cumulative(segments: &ByReach) -> ByReach {
    let mut sum = 0.0;
    segments.map(|segment| {
        sum += segment;
        sum
    })
}

/// Σ of the squared sums of each week, as far as a reach goes into it.
fn week_squares(mean: &ByReach) -> ByReach {
    let (mut week, mut full, mut before, mut here) = (0, 0.0, 0.0, 0.0);
    std::array::from_fn(|reach| {
        if SEGMENT_WEEK[reach] != week {
            week = SEGMENT_WEEK[reach];
            full += here * here;
            before += here;
        }
        here = mean[reach] - before;
        full + here * here
    })
}

/// Σ of the squared days; the days of a segment count as equal.
fn day_squares(mean: &ByReach) -> ByReach {
    let (mut sum, mut before) = (0.0, 0.0);
    std::array::from_fn(|segment| {
        let here = mean[segment] - before;
        before = mean[segment];
        sum += here * here / SEGMENT_DAYS[segment] as f64;
        sum
    })
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
    fn a_week_is_one_level_and_a_day_another() {
        let mean = cumulative(&[1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 7.0, 7.0]);
        assert!((week_squares(&mean)[4] - 25.0).abs() < 1e-9);
        assert!((week_squares(&mean)[6] - (49.0 + 9.0)).abs() < 1e-9);
        assert!((week_squares(&mean)[9] - 4.0 * 49.0).abs() < 1e-9);
        assert!((day_squares(&mean)[9] - 28.0).abs() < 1e-9);
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
