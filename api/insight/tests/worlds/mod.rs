//! Two invented cities whose orders are drawn by a known law, rises planted into them, and what a scan makes of each day.

use chrono::{Datelike as _, NaiveDate};
use insight::scan::random::{Xoshiro256, gamma_of_mean_one, poisson};
use insight::scan::zones::zones;
use insight::scan::{Grid, ScanConfig, Slot, scan};
use rand::SeedableRng as _;

/// Days on record before the first one that is judged.
pub const PAST_DAYS: usize = 790;
/// A planted rise lasts so long, and is found if an alarm begins by a week after it.
pub const RISE_DAYS: usize = 28;
pub const FOUND_WITHIN: usize = RISE_DAYS + 7;
/// Of each scan; the product makes 499.
pub const REPLICATIONS: usize = 199;
/// The product shows rises up to this p-value.
pub const SHOWN: f64 = 0.05;
/// The product closes a rise after so many days without an alarm.
const QUIET_DAYS: usize = 28;

/// The law of a city.
#[derive(Clone, Copy, Debug)]
pub struct World {
    pub name: &'static str,
    pub categories: usize,
    pub areas: usize,
    /// Orders a day in the whole city on the first day.
    pub daily: f64,
    /// Growth a year: 0.15 for 15 %.
    pub growth: f64,
    /// Variance of a category's level from week to week, beyond chance.
    pub restless_weeks: f64,
    /// Variance of a category's level in one area from week to week, beyond chance.
    pub restless_areas: f64,
    /// Variance of the factor by which a category is more or less frequent in an area than others are.
    pub uneven_areas: f64,
}

/// More orders of a category, from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Planted {
    pub category: usize,
    /// None: all.
    pub area: Option<usize>,
    pub factor: f64,
    /// Index of its first day.
    pub start: usize,
}

impl World {
    /// Nothing but chance around rate × weekday × season, as the scan's own law has it.
    pub const fn quiet(categories: usize, areas: usize, daily: f64) -> Self {
        Self {
            name: "quiet",
            categories,
            areas,
            daily,
            growth: 0.0,
            restless_weeks: 0.0,
            restless_areas: 0.0,
            uneven_areas: 0.0,
        }
    }

    /// Growth of 15 % a year, restless weeks and uneven areas.
    pub const fn restless(categories: usize, areas: usize, daily: f64) -> Self {
        Self {
            name: "restless",
            growth: 0.15,
            restless_weeks: 0.04,
            restless_areas: 0.02,
            uneven_areas: 0.5,
            ..Self::quiet(categories, areas, daily)
        }
    }

    /// The areas' neighbourhoods: areas in rows of four.
    pub fn zones(&self) -> Vec<Vec<usize>> {
        let centre = |area: usize| Some(((area % 4) as f64, (area / 4) as f64));
        let centres: Vec<_> = (0..self.areas).map(centre).collect();
        zones(&centres)
    }

    /// Rises of every kind, all on one day: a frequent, a middling and a rare category, in one area and in the whole city.
    pub fn rises(&self, start: usize) -> Vec<Planted> {
        let kinds = [
            (0.02, Some(2), 3.0),
            (0.09, Some(0), 2.0),
            (0.17, None, 1.5),
            (0.26, Some(1), 5.0),
            (0.34, Some(0), 3.0),
            (0.42, None, 2.0),
            (0.6, Some(1), 10.0),
            (0.7, None, 4.0),
            (0.8, None, 8.0),
        ];
        let planted = |(rank, area, factor): (f64, Option<usize>, f64)| Planted {
            category: (rank * self.categories as f64) as usize,
            area,
            factor,
            start,
        };
        kinds.into_iter().map(planted).collect()
    }

    /// Draws the orders of `days` days. Zipf's law over categories, a smooth share over areas, quiet weekends and days off,
    /// a season of each category's own. Tells `usual` the mean of each slot before unrest and rises.
    pub fn draw(
        &self,
        seed: u64,
        days: usize,
        planted: &[Planted],
        mut usual: impl FnMut(Slot, f64),
    ) -> Grid {
        let mut rng = Xoshiro256::seed_from_u64(seed);
        let first = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap_or_default();
        let mut grid = Grid::new(first, days, self.areas, self.categories, is_off);
        let harmonic: f64 = (1..=self.categories).map(|rank| 1.0 / rank as f64).sum();
        let shares: f64 = (0..self.areas).map(|area| 1.0 / (area + 2) as f64).sum();
        for category in 0..self.categories {
            let mut uneven = || gamma_of_mean_one(&mut rng, 1.0 / self.uneven_areas);
            let own: Vec<f64> = (0..self.areas).map(|_| uneven()).collect();
            let (mut week, mut of_areas) = (1.0, vec![1.0; self.areas]);
            let level = self.daily / harmonic / (category + 1) as f64;
            for day in 0..days {
                if day % 7 == 0 {
                    week = gamma_of_mean_one(&mut rng, 1.0 / self.restless_weeks);
                    of_areas.fill_with(|| gamma_of_mean_one(&mut rng, 1.0 / self.restless_areas));
                }
                let phase = (day as f64 / 365.25 + category as f64 / 7.0) * std::f64::consts::TAU;
                let season = 1.0 + 0.4 * phase.sin();
                let grown = (1.0 + self.growth).powf(day as f64 / 365.25);
                let today = level * day_level(grid.date(day)) * season * grown;
                for (area, (own, unrest)) in own.iter().zip(&of_areas).enumerate() {
                    let raised = planted.iter().filter(|rise| rise.raises(category, area, day));
                    let factor: f64 = raised.map(|rise| rise.factor).product();
                    let mean = today / (area + 2) as f64 / shares * own;
                    let slot = Slot { category, area, day };
                    usual(slot, mean);
                    let raised = mean * week * unrest * factor;
                    let n = u16::try_from(poisson(&mut rng, raised)).unwrap_or(u16::MAX);
                    grid.add(slot, n);
                }
            }
        }
        grid
    }
}

impl Planted {
    fn raises(&self, category: usize, area: usize, day: usize) -> bool {
        self.category == category
            && self.area.is_none_or(|only| only == area)
            && (self.start..self.start + RISE_DAYS).contains(&day)
    }
}

/// Days off as in any year: New Year, a week in winter, a week in May, a week in October.
fn is_off(date: NaiveDate) -> bool {
    let weekend = date.weekday().num_days_from_monday() >= 5;
    weekend
        || matches!(
            (date.month(), date.day()),
            (1, 1 | 26..) | (5, 1..=5) | (10, 1..=7)
        )
}

/// Of an average day: weekends are quiet, holidays quieter.
fn day_level(date: NaiveDate) -> f64 {
    match date.weekday().num_days_from_monday() {
        5.. => 0.6,
        _ if is_off(date) => 0.7,
        _ => 1.15,
    }
}

/// Scans each day of the days after the past.
pub fn judge(world: &World, seed: u64, days: usize, planted: &[Planted]) -> Judged {
    let grid = world.draw(seed, PAST_DAYS + days, planted, |_, _| ());
    let zones = world.zones();
    let day = |day: usize| {
        let config = ScanConfig {
            zones: zones.clone(),
            replications: REPLICATIONS,
            seed: seed ^ day as u64,
        };
        let found = scan(&grid.until(PAST_DAYS + day + 1), &config, SHOWN);
        found.iter().map(|rise| (rise.category, rise.p_value)).collect()
    };
    Judged {
        categories: world.categories,
        days: (0..days).map(day).collect(),
    }
}

/// The smallest p-value of each category on each judged day.
pub struct Judged {
    pub categories: usize,
    /// By day: categories with their p-values.
    pub days: Vec<Vec<(usize, f64)>>,
}

impl Judged {
    /// Rises that would have been reported: a category with p ≤ `limit` that had none in the four weeks before.
    pub fn alarms(&self, limit: f64) -> Vec<(usize, usize)> {
        let mut last = vec![None; self.categories];
        let mut begun = Vec::new();
        for (day, found) in self.days.iter().enumerate() {
            for (category, _) in found.iter().filter(|(_, p_value)| *p_value <= limit) {
                let Some(last) = last.get_mut(*category) else {
                    continue;
                };
                if last.is_none_or(|last: usize| day > last + QUIET_DAYS) {
                    begun.push((*category, day));
                }
                *last = Some(day);
            }
        }
        begun
    }

    /// Days from the start of a rise, on the first judged day, to its first alarm.
    pub fn delay(&self, rise: &Planted, limit: f64) -> Option<usize> {
        let found = |found: &&Vec<(usize, f64)>| {
            let mut found = found.iter();
            found.any(|(category, p_value)| *category == rise.category && *p_value <= limit)
        };
        let days = self.days.iter().take(FOUND_WITHIN);
        days.enumerate()
            .find(|(_, day)| found(day))
            .map(|(day, _)| day + 1)
    }
}

/// A count a year with its 95 % interval (Garwood's, by the chi-square approximation of Wilson and Hilferty).
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub per_year: f64,
    pub low: f64,
    pub high: f64,
}

impl Rate {
    pub fn of(count: usize, years: f64) -> Self {
        let n = count as f64;
        let quantile = |shape: f64, z: f64| {
            let cubed = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
            shape * cubed.powi(3)
        };
        Self {
            per_year: n / years,
            low: if count == 0 {
                0.0
            } else {
                quantile(n, -1.96).max(0.0) / years
            },
            high: quantile(n + 1.0, 1.96) / years,
        }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.per_year, self.low, self.high)
    }
}
