//! How days differ for reasons that are no rise: growth from year to year, class of day, week of the year.

#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the dimensions the tables were made with"
)]

use crate::scan::grid::{DAY_CLASSES, Grid, WEEKS};

/// A year of whole weeks: growth compares like weekdays of like seasons.
const YEAR: usize = 52 * 7;
/// Growth is estimated once so many days have a day a year before.
const GROWTH_MIN_DAYS: usize = 84;
/// Orders' worth of prior weight that the city does not grow, and that a category grows as the city does.
const CITY_GROWTH_PRIOR: f64 = 200.0;
const CATEGORY_GROWTH_PRIOR: f64 = 150.0;
/// Limits of a year's growth, as a factor.
const GROWTH_LIMITS: std::ops::RangeInclusive<f64> = 0.4..=2.5;
/// A season is believed once there is more than a year to learn it from.
const SEASON_MIN_DAYS: usize = 400;
/// Weeks to each side that a week's season is smoothed over.
const SEASON_REACH: usize = 3;
/// Orders' worth of prior weight that a category has the city's season, and the city none.
const CATEGORY_SEASON_PRIOR: f64 = 40.0;
const CITY_SEASON_PRIOR: f64 = 200.0;
/// Days' worth of prior weight that a class of days is like any other.
const CLASS_PRIOR_DAYS: f64 = 7.0;
/// Days to each side of a day that its class is compared with.
const CLASS_REACH: usize = 14;

/// Factors of the days of the whole city.
pub struct CityDays {
    classes: [f64; DAY_CLASSES],
    season: [f64; WEEKS],
    /// Growth a year, as a factor.
    growth: f64,
    /// How many days they are learned from.
    learned: usize,
}

/// Factors of the days of one category.
pub struct CategoryDays<'a> {
    city: &'a CityDays,
    season: [f64; WEEKS],
    growth: f64,
}

impl CityDays {
    /// Learns from the city's count of each day.
    pub fn learn(grid: &Grid, by_day: &[f64]) -> Self {
        let mut days = Self {
            classes: classes(grid, by_day),
            season: [1.0; WEEKS],
            growth: growth(by_day, 1.0, CITY_GROWTH_PRIOR),
            learned: by_day.len(),
        };
        days.season = days.learn_season(grid, by_day, days.growth, CITY_SEASON_PRIOR);
        days
    }

    /// Learns from a category's count of each day.
    pub fn category(&self, grid: &Grid, by_day: &[f64]) -> CategoryDays<'_> {
        let growth = growth(by_day, self.growth, CATEGORY_GROWTH_PRIOR);
        CategoryDays {
            city: self,
            season: self.learn_season(grid, by_day, growth, CATEGORY_SEASON_PRIOR),
            growth,
        }
    }

    /// The level of each of so many days, of the grid's first on, if it is 1 after the last day that was learned from.
    fn grown(&self, growth: f64, days: usize) -> Vec<f64> {
        let daily = growth.powf(1.0 / YEAR as f64);
        let first = growth.powf(-(self.learned as f64) / YEAR as f64);
        let levels = std::iter::successors(Some(first), |level| Some(level * daily));
        levels.take(days).collect()
    }

    /// How much each week of the year has of an average week, leaning on the city's.
    fn learn_season(&self, grid: &Grid, by_day: &[f64], growth: f64, prior_weight: f64) -> [f64; WEEKS] {
        if by_day.len() < SEASON_MIN_DAYS {
            return self.season;
        }
        let grown = self.grown(growth, by_day.len()).into_iter().enumerate();
        let usual: Vec<f64> = grown
            .map(|(day, level)| level * self.classes[grid.class(day)])
            .collect();
        let level = by_day.iter().sum::<f64>() / usual.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mut counted = [0.0; WEEKS];
        let mut expected = [0.0; WEEKS];
        for (day, (count, usual)) in by_day.iter().zip(&usual).enumerate() {
            counted[grid.week(day)] += count;
            expected[grid.week(day)] += level * usual;
        }
        let smoothed = |of: &[f64; WEEKS], week: usize| -> f64 {
            let around = 0..=2 * SEASON_REACH;
            around
                .map(|offset| of[(week + WEEKS + offset - SEASON_REACH) % WEEKS])
                .sum()
        };
        std::array::from_fn(|week| {
            let (counted, expected) = (smoothed(&counted, week), smoothed(&expected, week));
            (counted + prior_weight * self.season[week]) / (expected + prior_weight)
        })
    }
}

impl CategoryDays<'_> {
    /// How much each day of the grid has of an average one at the level after the last day that was learned from.
    pub fn factors(&self, grid: &Grid) -> Vec<f64> {
        let grown = self.city.grown(self.growth, grid.days()).into_iter().enumerate();
        let of_day = |(day, level): (usize, f64)| {
            level * self.city.classes[grid.class(day)] * self.season[grid.week(day)]
        };
        grown.map(of_day).collect()
    }
}

/// A year's growth: the days that have one a year before, against those.
fn growth(by_day: &[f64], prior: f64, prior_weight: f64) -> f64 {
    let Some(pairs) = by_day
        .len()
        .checked_sub(YEAR)
        .filter(|pairs| *pairs >= GROWTH_MIN_DAYS)
    else {
        return prior;
    };
    let later: f64 = by_day[YEAR..].iter().sum();
    let earlier: f64 = by_day[..pairs].iter().sum();
    ((later + prior_weight * prior) / (earlier + prior_weight))
        .clamp(*GROWTH_LIMITS.start(), *GROWTH_LIMITS.end())
}

/// How much each class of days has of the days around it.
fn classes(grid: &Grid, by_day: &[f64]) -> [f64; DAY_CLASSES] {
    let mean = by_day.iter().sum::<f64>() / by_day.len().max(1) as f64;
    let mut counted = [CLASS_PRIOR_DAYS * mean; DAY_CLASSES];
    let mut expected = [CLASS_PRIOR_DAYS * mean; DAY_CLASSES];
    let mut before = vec![0.0];
    for count in by_day {
        before.push(before.last().copied().unwrap_or_default() + count);
    }
    for (day, count) in by_day.iter().enumerate() {
        // Whole weeks, so that each weekday is in it equally often.
        let (from, until) = (
            day.saturating_sub(CLASS_REACH),
            (day + CLASS_REACH).min(by_day.len()),
        );
        if until - from < 2 * CLASS_REACH {
            continue;
        }
        counted[grid.class(day)] += count;
        expected[grid.class(day)] += (before[until] - before[from]) / (until - from) as f64;
    }
    std::array::from_fn(|class| {
        if expected[class] > 0.0 {
            counted[class] / expected[class]
        } else {
            1.0
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn days(count: usize, level: impl Fn(usize) -> f64) -> (Grid, Vec<f64>) {
        let monday = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap();
        let grid = Grid::new(monday, count, 1, 1, |_| false);
        (grid, (0..count).map(level).collect())
    }

    #[test]
    fn growth_is_expected_to_go_on() {
        let (grid, by_day) = days(800, |day| 100.0 * 1.15_f64.powf(day as f64 / 364.0));
        let city = CityDays::learn(&grid, &by_day);
        assert!((city.growth - 1.15).abs() < 0.01, "{}", city.growth);
        let factors = city.category(&grid, &by_day).factors(&grid);
        let ratio = factors[798] / factors[798 - 364];
        assert!((ratio - 1.15).abs() < 0.03, "{ratio}");
    }

    #[test]
    fn a_season_is_no_growth() {
        let (grid, by_day) = days(800, |day| if day % 364 < 182 { 100.0 } else { 50.0 });
        assert!((CityDays::learn(&grid, &by_day).growth - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_year_is_too_short_to_know_growth() {
        let (grid, by_day) = days(400, |day| day as f64);
        assert!((CityDays::learn(&grid, &by_day).growth - 1.0).abs() < f64::EPSILON);
    }
}
