//! The scan of one day: which categories rise where, and how often chance alone would show as much.

use rayon::prelude::*;

use crate::scan::baseline::{self, WINDOW};
use crate::scan::cylinders::{Counts, Expectations, REACHES, sums};
use crate::scan::grid::Grid;
use crate::scan::random::Xoshiro256;

/// With fewer replications above it than this, a p-value comes from the Gumbel law fitted to them
/// (Abrams, Kulldorff and Kleinman 2010) and no longer from their rank.
const RANKED_FROM: usize = 5;
/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// How a scan is made.
#[derive(Clone, Debug)]
pub struct ScanConfig {
    /// Sets of areas looked at (`zones::zones`).
    pub zones: Vec<Vec<usize>>,
    pub replications: usize,
    /// Equal seeds give equal findings.
    pub seed: u64,
}

/// A category that comes more often than expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Rise {
    pub category: usize,
    pub areas: Vec<usize>,
    /// How many days back from the grid's last it reaches.
    pub days: usize,
    pub observed: u32,
    pub expected: f64,
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
    let baseline = baseline::learn(grid);
    let expectations = Expectations::new(&baseline, &config.zones);
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
    let null = NullDistribution::of(&expectations, config);
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
    let backwards = |area| -> Vec<u32> {
        let days = grid.series(category, area).iter().rev().take(WINDOW);
        days.map(|count| u32::from(*count)).collect()
    };
    (0..grid.areas()).map(|area| sums(&backwards(area))).collect()
}

/// The highest statistic of each replication, the highest first.
struct NullDistribution(Vec<f64>);

impl NullDistribution {
    fn of(expectations: &Expectations<'_>, config: &ScanConfig) -> Self {
        let one = |replication: usize| {
            let seed = config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ replication as u64;
            expectations.highest_of_replica(&mut Xoshiro256::seeded(seed))
        };
        let mut highest: Vec<f64> = (0..config.replications).into_par_iter().map(one).collect();
        highest.sort_by(|a, b| b.total_cmp(a));
        Self(highest)
    }

    fn p_value(&self, statistic: f64) -> f64 {
        let above = self.0.partition_point(|highest| *highest >= statistic);
        let ranked = (above + 1) as f64 / (self.0.len() + 1) as f64;
        if above >= RANKED_FROM {
            return ranked;
        }
        let fitted = self.gumbel_tail(statistic);
        let at_most = (RANKED_FROM + 1) as f64 / (self.0.len() + 1) as f64;
        // A p-value of exactly zero would claim more than anybody can know.
        fitted.min(at_most).max(1e-12)
    }

    /// The chance of more than `statistic` under the Gumbel law with the replications' mean and variance.
    fn gumbel_tail(&self, statistic: f64) -> f64 {
        let n = self.0.len().max(1) as f64;
        let mean = self.0.iter().sum::<f64>() / n;
        let variance = self.0.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let scale = (variance * 6.0).sqrt() / std::f64::consts::PI;
        let mode = mean - EULER * scale;
        -f64::exp_m1(-(-(statistic - mode) / scale.max(f64::MIN_POSITIVE)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::baseline::Baseline;
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
        let mut rng = Xoshiro256::seeded(seed);
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
        let mut rng = Xoshiro256::seeded(9);
        let trials = 2_000;
        let p_values: Vec<f64> = (0..trials)
            .map(|_| null.p_value(expectations.highest_of_replica(&mut rng)))
            .collect();
        for limit in [0.05, 0.1, 0.25, 0.5, 0.75] {
            let share = p_values.iter().filter(|p| **p <= limit).count() as f64 / f64::from(trials);
            // One null of 199 replications is itself off by up to three of its standard errors.
            let error = 3.0 * (limit * (1.0 - limit) / 199.0_f64).sqrt();
            assert!((share - limit).abs() < error, "p ≤ {limit}: {share}");
        }
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
        assert!(Expectations::new(&none, &[]).highest_of_replica(&mut Xoshiro256::seeded(1)) <= 0.0);
    }
}
