//! Repeats the scan for earlier windows: expectations of then against the counts that followed, out of sample.

use rayon::prelude::*;

use crate::scan::baseline::{self, Baseline, Dispersion, WINDOW};
use crate::scan::cylinders::{Counts, Expectations, sums};
use crate::scan::grid::Grid;

/// Windows replayed at most: two years.
const MAX_WINDOWS: usize = 26;
/// An earlier baseline must rest on so many days, and on this share of the days that today's rests on.
const MIN_DAYS: usize = 120;
const MIN_SHARE: f64 = 0.6;

/// One earlier window: as long as the one that is judged, and with a baseline that ends as long before it.
pub struct Replay {
    /// The baseline as of the day after the window.
    pub baseline: Baseline,
    /// By category, then area: the days of the window, backwards.
    pub days: Vec<Vec<[u32; WINDOW]>>,
}

/// Replays the windows before the one that is judged; no two have a day in common.
#[must_use]
pub fn replay(grid: &Grid) -> Vec<Replay> {
    let least = MIN_SHARE * grid.days().saturating_sub(WINDOW) as f64;
    let ends = (1..=MAX_WINDOWS).map_while(|nth| {
        let end = grid.days().checked_sub(nth * WINDOW)?;
        let learned = end.checked_sub(WINDOW)?;
        (learned >= MIN_DAYS && learned as f64 >= least).then_some(end)
    });
    let ends: Vec<usize> = ends.collect();
    ends.into_par_iter()
        .map(|end| Replay::of(&grid.until(end)))
        .collect()
}

impl Replay {
    fn of(grid: &Grid) -> Self {
        let days = |category| -> Vec<[u32; WINDOW]> {
            (0..grid.areas())
                .map(|area| last_days(grid, category, area))
                .collect()
        };
        Self {
            baseline: baseline::learn(grid),
            days: (0..grid.categories()).map(days).collect(),
        }
    }

    /// The strongest statistic of each category, were these its variances; 0 where nothing was above its expectation.
    #[must_use]
    pub fn statistics(&mut self, zones: &[Vec<usize>], dispersion: &[Dispersion]) -> Vec<f64> {
        self.baseline.set_dispersion(dispersion);
        let expectations = Expectations::new(&self.baseline, zones);
        let categories = self.days.iter().enumerate();
        let statistics = categories.map(|(category, areas)| {
            let counts: Counts = areas.iter().map(|days| sums(days)).collect();
            let strongest = expectations.strongest(category, &counts);
            strongest.map_or(0.0, |found| found.statistic)
        });
        statistics.collect()
    }
}

/// The last days of a category in an area, backwards.
#[must_use]
pub fn last_days(grid: &Grid, category: usize, area: usize) -> [u32; WINDOW] {
    let mut last = [0; WINDOW];
    let days = grid.series(category, area).iter().rev();
    last.iter_mut()
        .zip(days)
        .for_each(|(last, count)| *last = u32::from(*count));
    last
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::scan::grid::Slot;

    #[test]
    fn earlier_windows_end_before_the_one_that_is_judged() {
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let mut grid = Grid::new(first, 400, 1, 1, |_| false);
        for day in 400 - WINDOW..400 {
            grid.add(
                Slot {
                    category: 0,
                    area: 0,
                    day,
                },
                9,
            );
        }
        let replays = replay(&grid);
        // 372 days are learned from today; the earliest window rests on at least 60 % of these.
        assert_eq!(replays.len(), (372 - 224) / WINDOW);
        assert!(replays.iter().all(|replay| replay.days[0][0] == [0; WINDOW]));
    }

    #[test]
    fn a_short_past_is_not_replayed() {
        let grid = Grid::new(NaiveDate::default(), 160, 1, 1, |_| false);
        assert!(replay(&grid).is_empty());
    }
}
