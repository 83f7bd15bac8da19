//! How far counts lie from what was expected of them 28 days ahead, beyond chance: at each reach in time and in space, from
//! the scan's own errors.
//!
//! A replayed window gives the errors of a category's level in the window, of its level in each area, of weeks in each area
//! within the window, and of days within weeks. Each is a variance component, estimated by moments.

#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the dimensions the tables were made with"
)]

use std::ops::RangeInclusive;

use crate::scan::baseline::{CategoryBaseline, Dispersion, Moments, WINDOW};
use crate::scan::cylinders::city_expectation;
use crate::scan::replay::Replay;

/// Assumed without a past; it weighs as much as one replayed window of 40 categories.
const PRIOR: Dispersion = Dispersion {
    level: 0.01,
    weeks: 0.04,
    days: 0.01,
    areas: 0.02,
    area_weeks: 0.01,
};
const PRIOR_WEIGHT: f64 = 40.0;
/// Windows that a category's own level errors count for less than the common value.
const LEVEL_PRIOR_WINDOWS: f64 = 8.0;
const LIMITS: RangeInclusive<f64> = 0.0..=0.5;
/// An error upwards counts as at most so many standard deviations: a rise in the past is no unrest.
const MAX_DEVIATIONS: f64 = 3.0;
/// The variance that errors are weighed by, against chance.
const USUAL_VARIANCE: f64 = 0.05;
const WEEKS: usize = WINDOW / 7;

/// Estimates each category's variances. `weeks` is left to the baseline.
#[must_use]
pub fn estimate(replays: &[Replay], categories: usize) -> Vec<Dispersion> {
    let pooled = |of: &dyn Fn(&CategoryBaseline, &[[u32; WINDOW]]) -> Moments, prior: f64| {
        let windows = replays
            .iter()
            .flat_map(|replay| replay.baseline.categories.iter().zip(&replay.days));
        let all = windows.map(|(baseline, days)| of(baseline, days));
        all.fold(Moments::default(), Moments::and)
            .share(PRIOR_WEIGHT, prior, LIMITS)
    };
    let mut common = Dispersion {
        area_weeks: pooled(&|_, days| area_week_errors(days), PRIOR.area_weeks),
        days: pooled(&day_errors, PRIOR.days),
        ..Dispersion::default()
    };
    common.areas = pooled(
        &|baseline, days| area_errors(baseline, days, common.area_weeks),
        PRIOR.areas,
    );
    let level = |baseline: &CategoryBaseline, days: &[[u32; WINDOW]]| level_errors(baseline, days, &common);
    let level_in_common = pooled(&level, PRIOR.level);
    let of_category = |category: usize| {
        let windows = replays.iter();
        let errors =
            windows.map(|replay| level(&replay.baseline.categories[category], &replay.days[category]));
        let errors = errors.fold(Moments::default(), Moments::and);
        let a_window = errors.squares / replays.len().max(1) as f64;
        Dispersion {
            level: errors.share(LEVEL_PRIOR_WINDOWS * (1.0 + a_window), level_in_common, LIMITS),
            ..common
        }
    };
    (0..categories).map(of_category).collect()
}

/// One count against its expectation `mean`, `chance` being the variance that is known of and `share` the part of its error
/// that the estimated expectation has not taken away. Weighed so that frequent and rare ones count by what they tell.
fn error(count: f64, mean: f64, chance: f64, share: f64) -> Moments {
    let usual = mean + USUAL_VARIANCE * mean * mean;
    let most = MAX_DEVIATIONS * (chance + USUAL_VARIANCE * mean * mean).sqrt();
    let deviation = (count - mean).min(most);
    let weight = (mean / usual.max(f64::MIN_POSITIVE)).powi(2);
    Moments {
        excess: weight * (deviation * deviation - chance),
        squares: weight * mean * mean * share,
    }
}

/// Of the category's level in the window.
fn level_errors(baseline: &CategoryBaseline, days: &[[u32; WINDOW]], common: &Dispersion) -> Moments {
    let known = CategoryBaseline {
        dispersion: Dispersion {
            level: 0.0,
            weeks: baseline.dispersion.weeks,
            ..*common
        },
        ..baseline.clone()
    };
    let expected = city_expectation(&known);
    let count: u32 = days.iter().flatten().sum();
    error(f64::from(count), expected.mean, expected.variance(), 1.0)
}

/// Of each area's share of the category.
fn area_errors(baseline: &CategoryBaseline, days: &[[u32; WINDOW]], area_weeks: f64) -> Moments {
    let means = baseline.means.iter();
    let means: Vec<f64> = means.map(|days| days.iter().sum()).collect();
    let (city, count) = (means.iter().sum::<f64>(), days.iter().flatten().sum::<u32>());
    let level = f64::from(count) / city.max(f64::MIN_POSITIVE);
    let of_area = |(area, days): (usize, &[u32; WINDOW])| {
        let mean = level * means[area];
        let rest = 1.0 - means[area] / city.max(f64::MIN_POSITIVE);
        let unsure = mean * mean * (1.0 / baseline.area_shapes[area] + area_weeks / WEEKS as f64);
        let count = days.iter().sum::<u32>();
        error(f64::from(count), mean, rest * (mean + unsure), rest)
    };
    days.iter()
        .enumerate()
        .map(of_area)
        .fold(Moments::default(), Moments::and)
}

/// Of weeks in areas, against the window's share of the area and of the week.
fn area_week_errors(days: &[[u32; WINDOW]]) -> Moments {
    let weeks = |days: &[u32; WINDOW]| -> [f64; WEEKS] {
        std::array::from_fn(|week| f64::from(days[week * 7..week * 7 + 7].iter().sum::<u32>()))
    };
    let table: Vec<[f64; WEEKS]> = days.iter().map(weeks).collect();
    let mut of_week = [0.0; WEEKS];
    for row in &table {
        of_week.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    let total: f64 = of_week.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut all = Moments::default();
    for row in &table {
        let of_area: f64 = row.iter().sum();
        for (count, of_week) in row.iter().zip(of_week) {
            let mean = of_area * of_week / total;
            let rest = (1.0 - of_area / total) * (1.0 - of_week / total);
            all = all.and(error(*count, mean, mean * rest, rest));
        }
    }
    all
}

/// Of days within weeks, in the whole city.
fn day_errors(baseline: &CategoryBaseline, days: &[[u32; WINDOW]]) -> Moments {
    let mut all = Moments::default();
    for week in 0..WEEKS {
        let back = week * 7..week * 7 + 7;
        let expected =
            |back: usize| -> f64 { baseline.means.iter().map(|means| means[WINDOW - 1 - back]).sum() };
        let of_week: f64 = back.clone().map(expected).sum::<f64>().max(f64::MIN_POSITIVE);
        let total: u32 = days.iter().flat_map(|days| &days[back.clone()]).sum();
        for back in back {
            let share = expected(back) / of_week;
            let count: u32 = days.iter().map(|days| days[back]).sum();
            let mean = f64::from(total) * share;
            all = all.and(error(f64::from(count), mean, mean * (1.0 - share), 1.0 - share));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rand::SeedableRng as _;

    use super::*;
    use crate::scan::grid::{Grid, Slot};
    use crate::scan::random::{Xoshiro256, gamma_of_mean_one, poisson};
    use crate::scan::replay::replay;

    /// 20 a day in three areas, in four categories, over 114 weeks; how far from that, by week and by area's week.
    fn estimated(weeks: f64, area_weeks: f64, days: f64) -> Dispersion {
        let mut rng = Xoshiro256::seed_from_u64(1);
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let mut grid = Grid::new(first, 798, 3, 4, |_| false);
        for category in 0..4 {
            let (mut week, mut own) = (1.0, [1.0; 3]);
            for day in 0..798 {
                if day % 7 == 0 {
                    week = gamma_of_mean_one(&mut rng, 1.0 / weeks);
                    own = own.map(|_| gamma_of_mean_one(&mut rng, 1.0 / area_weeks));
                }
                let today = week * gamma_of_mean_one(&mut rng, 1.0 / days);
                for (area, own) in own.into_iter().enumerate() {
                    let n = poisson(&mut rng, 20.0 * today * own);
                    grid.add(Slot { category, area, day }, u16::try_from(n).unwrap());
                }
            }
        }
        estimate(&replay(&grid), 4)[0]
    }

    #[test]
    fn a_quiet_past_shows_no_dispersion() {
        let quiet = estimated(0.0, 0.0, 0.0);
        assert!(
            quiet.days < 0.005 && quiet.areas < 0.005 && quiet.area_weeks < 0.005,
            "{quiet:?}"
        );
        assert!(quiet.level < 0.01, "{quiet:?}");
    }

    #[test]
    fn a_restless_past_shows_where_it_was_restless() {
        let days = estimated(0.0, 0.0, 0.1);
        assert!(
            (0.05..0.15).contains(&days.days) && days.area_weeks < 0.005,
            "{days:?}"
        );
        let areas = estimated(0.0, 0.1, 0.0);
        assert!(
            (0.05..0.15).contains(&areas.area_weeks) && areas.days < 0.01,
            "{areas:?}"
        );
    }
}
