//! Expected counts of the last days if nothing had changed, and their uncertainty.
//!
//! `expected(category, area, day) = rate(category, area) × class(day) × season(category, week) × growth(category, day)`,
//! learned from the days before the ones that are judged. Rates weigh a day half as much every `HALF_LIFE_DAYS`.

#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the dimensions the tables were made with"
)]

use std::ops::RangeInclusive;

use crate::scan::calendar::CityDays;
use crate::scan::grid::{Grid, Slot};

/// The days that are judged, counted back from the grid's last.
pub const WINDOW: usize = 28;
const HALF_LIFE_DAYS: f64 = 120.0;
/// Orders' worth of prior weight that a category comes as often as the average one.
const CATEGORY_PRIOR: f64 = 0.5;
/// Variance of the ratio between an area's rate of a category and the area's share of it: initial value, weight of the
/// common value against a category's own, and limits.
const INITIAL_BETWEEN_AREA_VARIANCE: f64 = 1.0;
const BETWEEN_AREA_PRIOR: f64 = 5.0;
const BETWEEN_AREA_VARIANCE: RangeInclusive<f64> = 0.02..=2.0;
/// Weeks that the overdispersion of a category is learned from, and the weight of the common value.
const OVERDISPERSION_WEEKS: usize = 52;
const OVERDISPERSION_PRIOR: f64 = 50.0;
const OVERDISPERSION: RangeInclusive<f64> = 0.0..=1.0;
/// Initial value: weekly levels have a standard deviation of a fifth beyond Poisson.
const INITIAL_OVERDISPERSION: f64 = 0.04;

/// The expectation for the last [`WINDOW`] days.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Number of areas.
    pub areas: usize,
    /// The baseline of each category.
    pub categories: Vec<CategoryBaseline>,
}

/// One category's.
#[derive(Clone, Debug)]
pub struct CategoryBaseline {
    /// By area, then day of the window.
    pub means: Vec<[f64; WINDOW]>,
    /// Orders that each area's rate rests on: the shape of its Gamma law.
    pub area_shapes: Vec<f64>,
    /// How much of each area's rate is the category's in the city, and not the area's own: 0 to 1.
    pub shrinkage: Vec<f64>,
    /// Orders that the category's rate in the city rests on.
    pub shape: f64,
    /// Variances beyond chance and beyond what the rates do not know.
    pub dispersion: Dispersion,
}

impl Baseline {
    /// Takes over the variances that earlier windows showed; those of weeks stay.
    pub fn set_dispersion(&mut self, dispersion: &[Dispersion]) {
        for (category, found) in self.categories.iter_mut().zip(dispersion) {
            category.dispersion = Dispersion {
                weeks: category.dispersion.weeks,
                ..*found
            };
        }
    }
}

/// Variances of factors of mean 1 around what a baseline expects: 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dispersion {
    /// Of a category's level in the whole window.
    pub level: f64,
    /// Of a category's level from week to week.
    pub weeks: f64,
    /// From day to day within a week.
    pub days: f64,
    /// Of a category's level in one area in the whole window.
    pub areas: f64,
    /// Of a category's level in one area from week to week.
    pub area_weeks: f64,
}

/// Statistics of all categories together.
struct CityBaseline {
    /// How many days are learned from.
    days: usize,
    weights: Vec<f64>,
    factors: CityDays,
    shares: Vec<f64>,
    /// Orders a day of the average category.
    typical: f64,
}

/// Learns from everything before the window. With no days before it everything is unsure.
#[must_use]
pub fn learn(grid: &Grid) -> Baseline {
    let city = CityBaseline::learn(grid);
    let stats: Vec<CategoryStats> = (0..grid.categories())
        .map(|category| city.category(grid, category))
        .collect();
    let all = |of: fn(&CategoryStats) -> Moments| stats.iter().map(of).fold(Moments::default(), Moments::and);
    let overdispersion =
        all(|stats| stats.overdispersion).share(OVERDISPERSION_PRIOR, INITIAL_OVERDISPERSION, OVERDISPERSION);
    let between_area_variance = all(|stats| stats.between_area_variance).share(
        BETWEEN_AREA_PRIOR,
        INITIAL_BETWEEN_AREA_VARIANCE,
        BETWEEN_AREA_VARIANCE,
    );
    let finished = stats.iter().map(|stats| {
        city.finish(
            stats,
            stats
                .overdispersion
                .share(OVERDISPERSION_PRIOR, overdispersion, OVERDISPERSION),
            stats.between_area_variance.share(
                BETWEEN_AREA_PRIOR,
                between_area_variance,
                BETWEEN_AREA_VARIANCE,
            ),
        )
    });
    Baseline {
        areas: grid.areas(),
        categories: finished.collect(),
    }
}

/// One category before it is known what it has in common with the others.
struct CategoryStats {
    /// Orders of each area, each day by its weight.
    by_area: Vec<f64>,
    shape: f64,
    /// Orders a day.
    rate: f64,
    /// Days' worth of orders that the rates rest on.
    exposure: f64,
    /// How much each judged day has of an average day.
    window: [f64; WINDOW],
    overdispersion: Moments,
    between_area_variance: Moments,
}

/// Of counts around their means: Σ((y − m)² − v), where v is what chance makes of it, and Σm², whose ratio is the
/// variance of the factor between.
#[derive(Clone, Copy, Default)]
pub struct Moments {
    /// Σ((y − m)² − v).
    pub excess: f64,
    /// Σm².
    pub squares: f64,
}

impl Moments {
    /// The sum of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            excess: self.excess + other.excess,
            squares: self.squares + other.squares,
        }
    }

    /// The ratio, leaning on `prior`.
    #[must_use]
    pub fn share(self, prior_weight: f64, prior: f64, bounds: RangeInclusive<f64>) -> f64 {
        ((self.excess + prior_weight * prior) / (self.squares + prior_weight))
            .clamp(*bounds.start(), *bounds.end())
    }
}

impl CityBaseline {
    fn learn(grid: &Grid) -> Self {
        let days = grid.days().saturating_sub(WINDOW);
        let mut by_day = vec![0.0; days];
        let mut by_area = vec![0.0; grid.areas()];
        for slot in slots(grid) {
            let series = grid.series(slot.category, slot.area);
            for (total, count) in by_day.iter_mut().zip(series) {
                *total += f64::from(*count);
                by_area[slot.area] += f64::from(*count);
            }
        }
        let total: f64 = by_day.iter().sum();
        let areas = grid.areas().max(1) as f64;
        let mut weights: Vec<f64> = (0..days)
            .map(|day| 0.5_f64.powf((days - 1 - day) as f64 / HALF_LIFE_DAYS))
            .collect();
        // In units in which a weighed count varies as much as its mean, as a count does that is not weighed.
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        let unit = weights.iter().sum::<f64>() / squares.max(f64::MIN_POSITIVE);
        weights.iter_mut().for_each(|weight| *weight *= unit);
        Self {
            days,
            weights,
            factors: CityDays::learn(grid, &by_day),
            shares: by_area.iter().map(|n| (n + 1.0) / (total + areas)).collect(),
            typical: (total + 1.0) / (days.max(1) * grid.categories().max(1)) as f64,
        }
    }

    fn category(&self, grid: &Grid, category: usize) -> CategoryStats {
        let all = grid.of_category(category);
        let counts: Vec<f64> = all.iter().take(self.days).map(|n| f64::from(*n)).collect();
        let factors = self.factors.category(grid, &counts).factors(grid);
        let factor = |day: usize| factors[day];
        let weighed = |series: &[u16]| -> f64 {
            let counted = series.iter().zip(&self.weights);
            counted.map(|(count, weight)| f64::from(*count) * weight).sum()
        };
        let exposure: f64 = (0..self.days).map(|day| self.weights[day] * factor(day)).sum();
        let by_area: Vec<f64> = (0..grid.areas())
            .map(|area| weighed(grid.series(category, area)))
            .collect();
        let counted = by_area.iter().sum::<f64>();
        let shape = counted + CATEGORY_PRIOR;
        let mut window = [0.0; WINDOW];
        for (of_day, day) in window.iter_mut().zip(self.days..grid.days()) {
            *of_day = factor(day);
        }
        let of_area = |(found, share): (&f64, &f64)| {
            let mean = counted * share;
            Moments {
                excess: (found - mean).powi(2) - mean,
                squares: mean * mean,
            }
        };
        let areas = by_area.iter().zip(&self.shares);
        CategoryStats {
            shape,
            rate: shape / (exposure + CATEGORY_PRIOR / self.typical),
            exposure,
            window,
            overdispersion: self.moments(&counts, factor),
            between_area_variance: areas.map(of_area).fold(Moments::default(), Moments::and),
            by_area,
        }
    }

    fn finish(
        &self,
        stats: &CategoryStats,
        overdispersion: f64,
        between_area_variance: f64,
    ) -> CategoryBaseline {
        let prior = 1.0 / between_area_variance;
        let of_area = |(counted, share): (&f64, &f64)| {
            let rate = (counted + prior) / (stats.exposure + prior / (stats.rate * share));
            stats.window.map(|factor| rate * factor)
        };
        let areas = stats.by_area.iter();
        CategoryBaseline {
            means: areas.clone().zip(&self.shares).map(of_area).collect(),
            area_shapes: areas.clone().map(|counted| counted + prior).collect(),
            shrinkage: areas.map(|counted| prior / (counted + prior)).collect(),
            shape: stats.shape,
            dispersion: Dispersion {
                weeks: overdispersion,
                ..Dispersion::default()
            },
        }
    }

    /// Weekly counts of the last year against the year's level.
    fn moments(&self, counts: &[f64], factor: impl Fn(usize) -> f64) -> Moments {
        let weeks = (self.days / 7).min(OVERDISPERSION_WEEKS);
        let first = self.days - weeks * 7;
        let expected: f64 = (first..self.days).map(&factor).sum();
        let level = counts[first..].iter().sum::<f64>() / expected.max(f64::MIN_POSITIVE);
        let mut sum = Moments::default();
        for week in 0..weeks {
            let days = first + week * 7..first + week * 7 + 7;
            let mean = level * days.clone().map(&factor).sum::<f64>();
            let count: f64 = counts[days].iter().sum();
            sum.excess += (count - mean).powi(2) - mean;
            sum.squares += mean * mean;
        }
        sum
    }
}

fn slots(grid: &Grid) -> impl Iterator<Item = Slot> {
    let areas = grid.areas();
    (0..grid.categories()).flat_map(move |category| {
        (0..areas).map(move |area| Slot {
            category,
            area,
            day: 0,
        })
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    /// Three years of one category in two areas, `count(day, area)` orders a day.
    fn grid(days: usize, count: impl Fn(&Grid, usize, usize) -> u16) -> Grid {
        let first = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap();
        let mut grid = Grid::new(first, days, 2, 1, |_| false);
        for (area, day) in (0..2).flat_map(|area| (0..days).map(move |day| (area, day))) {
            let n = count(&grid, day, area);
            grid.add(
                Slot {
                    category: 0,
                    area,
                    day,
                },
                n,
            );
        }
        grid
    }

    fn window_mean(grid: &Grid, area: usize) -> f64 {
        learn(grid).categories[0].means[area].iter().sum::<f64>() / WINDOW as f64
    }

    #[test]
    fn a_steady_level_is_expected_to_stay() {
        let steady = grid(500, |_, _, area| [4, 1][area]);
        assert!((window_mean(&steady, 0) - 4.0).abs() < 0.1);
        assert!((window_mean(&steady, 1) - 1.0).abs() < 0.1);
    }

    #[test]
    fn weekends_are_expected_to_be_quiet_when_they_were() {
        let quiet = grid(500, |grid, day, _| if grid.class(day) >= 5 { 1 } else { 5 });
        let means = learn(&quiet).categories[0].means[0];
        let saturday = (500 - WINDOW..500).position(|day| quiet.class(day) == 5).unwrap();
        assert!(means[saturday] < 1.5, "{}", means[saturday]);
        assert!(means[(saturday + 3) % 7] > 4.5);
    }

    #[test]
    fn a_summer_like_the_last_two_is_no_surprise() {
        // Days 900 to 928 lie in June and July 2025; June to August always have three times as much.
        let summer = grid(
            928,
            |grid, day, _| if (22..35).contains(&grid.week(day)) { 6 } else { 2 },
        );
        let expected = window_mean(&summer, 0);
        assert!((4.5..7.0).contains(&expected), "{expected}");
    }

    #[test]
    fn what_is_judged_teaches_nothing() {
        let burst = grid(500, |_, day, _| if day >= 500 - WINDOW { 50 } else { 1 });
        assert!(window_mean(&burst, 0) < 1.1);
    }

    #[test]
    fn without_a_past_everything_is_unsure() {
        let young = grid(WINDOW, |_, _, _| 1);
        let baseline = &learn(&young).categories[0];
        assert!(baseline.shape < 1.0);
        assert!(baseline.means[0].iter().all(|mean| mean.is_finite()));
    }
}
