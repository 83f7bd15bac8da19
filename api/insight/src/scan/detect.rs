//! The scan of one day: which categories rise where, and how often chance alone would show as much.

use rayon::prelude::*;

use crate::scan::baseline::{self, Baseline};
use crate::scan::cylinders::{Counts, Expectations, REACHES, sums};
use crate::scan::dispersion;
use crate::scan::grid::Grid;
use crate::scan::random::Xoshiro256;
use crate::scan::replay::{last_days, replay};
use rand::SeedableRng as _;

/// With fewer replications above it than this, a p-value comes from the Gumbel law fitted to them
/// (Abrams, Kulldorff and Kleinman 2010) and no longer from their rank.
const RANKED_FROM: usize = 5;
/// In the comparison with history a statistic counts as at most this quantile of the replications': a rise in the past is no
/// reason to overlook one today.
const CAP_QUANTILE: f64 = 0.99;
/// Replayed windows' worth of prior weight that history is as the null distribution says, and the limits of the ratio.
const INFLATION_PRIOR_WINDOWS: f64 = 3.0;
const INFLATION: std::ops::RangeInclusive<f64> = 1.0..=2.0;
/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// How a scan is made.
#[derive(Clone, Debug)]
pub struct ScanConfig {
    /// Sets of areas looked at (`zones::zones`).
    pub zones: Vec<Vec<usize>>,
    /// Number of random replications of the null distribution.
    pub replications: usize,
    /// Equal seeds give equal findings.
    pub seed: u64,
}

/// A category that comes more often than expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Rise {
    /// Index of the category.
    pub category: usize,
    /// Indices of the areas.
    pub areas: Vec<usize>,
    /// How many days back from the grid's last it reaches.
    pub days: usize,
    /// Number of reports observed.
    pub observed: u32,
    /// Number of reports expected.
    pub expected: f64,
    /// Log-likelihood ratio.
    pub statistic: f64,
    /// Corrected for having looked at every category, set of areas and number of days.
    pub p_value: f64,
}

impl Rise {
    /// Chance alone shows as much once in so many daily scans.
    #[must_use]
    pub fn recurrence_days(&self) -> f64 {
        1.0 / self.p_value
    }
}

/// Looks at the last days of `grid`. The strongest cylinder of each category whose p-value is at most
/// `limit`, the strongest first.
#[must_use]
pub fn scan(grid: &Grid, config: &ScanConfig, limit: f64) -> Vec<Rise> {
    let mut baseline = baseline::learn(grid);
    let mut replays = replay(grid);
    let dispersion = dispersion::estimate(&replays, grid.categories());
    baseline.set_dispersion(&dispersion);
    rank(grid, &baseline, config, limit, || {
        let past = replays.par_iter_mut();
        past.map(|replay| replay.statistics(&config.zones, &dispersion))
            .collect()
    })
}

/// Looks at the last days of `grid` like [`scan`], with a baseline that is known instead of learned: its limits need no
/// comparison with history.
#[must_use]
pub fn scan_known(grid: &Grid, baseline: &Baseline, config: &ScanConfig, limit: f64) -> Vec<Rise> {
    rank(grid, baseline, config, limit, Vec::new)
}

/// `past` computes the statistics of earlier windows, by window and category.
fn rank(
    grid: &Grid,
    baseline: &Baseline,
    config: &ScanConfig,
    limit: f64,
    past: impl FnOnce() -> Vec<Vec<f64>>,
) -> Vec<Rise> {
    let expectations = Expectations::new(baseline, &config.zones);
    let mut found: Vec<Rise> = (0..grid.categories())
        .filter_map(|category| {
            let counts = counts(grid, category);
            let strongest = expectations.strongest(category, &counts)?;
            let areas = config.zones.get(strongest.zone)?.clone();
            let in_areas = areas
                .iter()
                .filter_map(|area| counts.get(*area)?.get(strongest.reach));
            Some(Rise {
                category,
                days: REACHES.get(strongest.reach).copied()?,
                observed: in_areas.sum(),
                expected: expectations.mean(category, strongest),
                statistic: strongest.statistic,
                p_value: 1.0,
                areas,
            })
        })
        .collect();
    if found.is_empty() {
        return found;
    }
    let mut null = NullDistribution::of(&expectations, config);
    null.compare_with_history(&past());
    for rise in &mut found {
        rise.p_value = null.p_value(rise.statistic);
    }
    found.retain(|rise| rise.p_value <= limit);
    found.sort_by(|a, b| {
        b.statistic
            .total_cmp(&a.statistic)
            .then(a.category.cmp(&b.category))
    });
    found
}

fn counts(grid: &Grid, category: usize) -> Counts {
    let areas = 0..grid.areas();
    areas.map(|area| sums(&last_days(grid, category, area))).collect()
}

/// The strongest statistics to expect if nothing had changed.
struct NullDistribution {
    /// The highest of each replication, the highest first.
    highest: Vec<f64>,
    /// Statistics of single categories count as at most this in a comparison.
    cap: f64,
    /// The mean over all replications and categories, so capped.
    mean: f64,
    /// By how much history's statistics were higher than the replications'.
    inflation: f64,
}

impl NullDistribution {
    fn of(expectations: &Expectations<'_>, config: &ScanConfig) -> Self {
        let one = |replication: usize| {
            let seed = config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ replication as u64;
            expectations.statistics_of_replica(&mut Xoshiro256::seed_from_u64(seed))
        };
        let all: Vec<Vec<f64>> = (0..config.replications).into_par_iter().map(one).collect();
        let highest = all.iter().map(|one| one.iter().copied().fold(0.0, f64::max));
        let mut highest: Vec<f64> = highest.collect();
        highest.sort_by(|a, b| b.total_cmp(a));
        let mut all = all.concat();
        let capped = ((all.len() as f64 * CAP_QUANTILE) as usize).min(all.len().saturating_sub(1));
        let cap = if all.is_empty() {
            0.0
        } else {
            *all.select_nth_unstable_by(capped, f64::total_cmp).1
        };
        let mean = all.iter().map(|one| one.min(cap)).sum::<f64>() / all.len().max(1) as f64;
        Self {
            highest,
            cap,
            mean,
            inflation: 1.0,
        }
    }

    /// Raises the limits as far as the replayed windows' statistics lie above the replications'.
    fn compare_with_history(&mut self, windows: &[Vec<f64>]) {
        let categories = windows.first().map_or(0, Vec::len) as f64;
        let prior = INFLATION_PRIOR_WINDOWS * categories * self.mean;
        let expected = prior + windows.len() as f64 * categories * self.mean;
        let found = prior + windows.iter().flatten().map(|one| one.min(self.cap)).sum::<f64>();
        if expected > 0.0 {
            self.inflation = (found / expected).clamp(*INFLATION.start(), *INFLATION.end());
        }
    }

    fn p_value(&self, statistic: f64) -> f64 {
        let statistic = statistic / self.inflation;
        let above = self.highest.partition_point(|highest| *highest >= statistic);
        let ranked = (above + 1) as f64 / (self.highest.len() + 1) as f64;
        if above >= RANKED_FROM {
            return ranked;
        }
        let fitted = self.gumbel_tail(statistic);
        let at_most = (RANKED_FROM + 1) as f64 / (self.highest.len() + 1) as f64;
        // A p-value of exactly zero would claim more than anybody can know.
        fitted.min(at_most).max(1e-12)
    }

    /// The chance of more than `statistic` under the Gumbel law with the replications' mean and variance.
    fn gumbel_tail(&self, statistic: f64) -> f64 {
        let n = self.highest.len().max(1) as f64;
        let mean = self.highest.iter().sum::<f64>() / n;
        let variance = self.highest.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let scale = (variance * 6.0).sqrt() / std::f64::consts::PI;
        let mode = mean - EULER * scale;
        -f64::exp_m1(-(-(statistic - mode) / scale.max(f64::MIN_POSITIVE)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::grid::Slot;
    use crate::scan::random::poisson;
    use crate::scan::zones::zones;
    use chrono::NaiveDate;

    const AREAS: usize = 4;
    const CATEGORIES: usize = 6;

    fn config(replications: usize, seed: u64) -> ScanConfig {
        let centres: Vec<_> = (0..AREAS).map(|x| Some((x as f64, 0.0))).collect();
        ScanConfig {
            zones: zones(&centres),
            replications,
            seed,
        }
    }

    /// Nothing but chance: `CATEGORIES` × `AREAS` steady series.
    fn background(days: usize, seed: u64) -> Grid {
        let mut rng = Xoshiro256::seed_from_u64(seed);
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let mut grid = Grid::new(first, days, AREAS, CATEGORIES, |_| false);
        for category in 0..CATEGORIES {
            for (area, day) in (0..AREAS).flat_map(|area| (0..days).map(move |day| (area, day))) {
                let mean = 0.1 * (category + 1) as f64 / (area + 1) as f64;
                let n = u16::try_from(poisson(&mut rng, mean)).unwrap();
                grid.add(Slot { category, area, day }, n);
            }
        }
        grid
    }

    fn plant(grid: &mut Grid, category: usize, areas: &[usize], days: usize, each: u16) {
        for day in grid.days() - days..grid.days() {
            for area in areas.iter().copied() {
                grid.add(Slot { category, area, day }, each);
            }
        }
    }

    fn highest(expectations: &Expectations<'_>, rng: &mut Xoshiro256) -> f64 {
        let statistics = expectations.statistics_of_replica(rng);
        statistics.into_iter().fold(0.0, f64::max)
    }

    #[test]
    fn a_rise_in_one_area_is_found_where_it_is() {
        let mut grid = background(400, 5);
        plant(&mut grid, 1, &[2], 7, 2);
        let found = scan(&grid, &config(199, 1), 0.01);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].category, found[0].areas.as_slice()), (1, &[2][..]));
        assert!((5..=10).contains(&found[0].days));
        assert!(f64::from(found[0].observed) > 3.0 * found[0].expected);
        assert!(found[0].recurrence_days() > 365.0);
    }

    #[test]
    fn a_rise_of_the_whole_city_is_found() {
        let mut grid = background(400, 6);
        plant(&mut grid, 3, &[0, 1, 2, 3], 14, 1);
        let found = scan(&grid, &config(199, 1), 0.01);
        assert_eq!(found[0].category, 3);
        assert_eq!(found[0].areas, [0, 1, 2, 3]);
    }

    #[test]
    fn equal_seeds_give_equal_findings() {
        let mut grid = background(300, 7);
        plant(&mut grid, 1, &[2], 7, 1);
        assert_eq!(scan(&grid, &config(99, 3), 1.0), scan(&grid, &config(99, 3), 1.0));
    }

    /// When the truth is the baseline itself, p-values are uniform.
    #[test]
    fn p_values_are_uniform_when_nothing_has_changed() {
        let grid = background(300, 8);
        let baseline = baseline::learn(&grid);
        let config = config(199, 4);
        let expectations = Expectations::new(&baseline, &config.zones);
        let null = NullDistribution::of(&expectations, &config);
        let mut rng = Xoshiro256::seed_from_u64(9);
        let trials = 2_000;
        let p_values: Vec<f64> = (0..trials)
            .map(|_| null.p_value(highest(&expectations, &mut rng)))
            .collect();
        for limit in [0.05, 0.1, 0.25, 0.5, 0.75] {
            let share = p_values.iter().filter(|p| **p <= limit).count() as f64 / f64::from(trials);
            // One null of 199 replications is itself off by up to three of its standard errors.
            let error = 3.0 * (limit * (1.0 - limit) / 199.0_f64).sqrt();
            assert!((share - limit).abs() < error, "p ≤ {limit}: {share}");
        }
    }

    #[test]
    fn what_history_shows_often_is_no_alarm() {
        let grid = background(300, 8);
        let baseline = baseline::learn(&grid);
        let config = config(199, 4);
        let mut null = NullDistribution::of(&Expectations::new(&baseline, &config.zones), &config);
        let (statistic, usual) = (null.highest[9], null.mean);
        let before = null.p_value(statistic);
        null.compare_with_history(&vec![vec![usual; CATEGORIES]; 20]);
        assert!((null.p_value(statistic) - before).abs() < f64::EPSILON);
        null.compare_with_history(&vec![vec![1.5 * usual; CATEGORIES]; 20]);
        assert!(null.p_value(statistic) > 2.0 * before);
        // Not even a past full of rises makes the limits more than twice as high.
        null.compare_with_history(&vec![vec![1e6; CATEGORIES]; 20]);
        assert!(null.inflation <= 2.0);
    }

    /// With a baseline that had to be learned there are no more alarms than promised.
    #[test]
    fn a_learned_baseline_does_not_cry_wolf() {
        let trials = 120;
        let alarms = (0..trials).filter(|seed| {
            let grid = background(200, 1_000 + seed);
            !scan(&grid, &config(99, *seed), 0.05).is_empty()
        });
        let alarms = alarms.count();
        // 0.05 × 120 = 6 expected; 14 is beyond 3 standard errors.
        assert!(alarms <= 13, "{alarms} alarms in {trials}");
    }

    #[test]
    fn an_empty_grid_has_no_rises() {
        let grid = Grid::new(NaiveDate::default(), 40, AREAS, CATEGORIES, |_| false);
        assert!(scan(&grid, &config(19, 1), 1.0).is_empty());
        let none = Baseline {
            areas: 0,
            categories: Vec::new(),
        };
        assert!(highest(&Expectations::new(&none, &[]), &mut Xoshiro256::seed_from_u64(1)) <= 0.0);
    }
}
