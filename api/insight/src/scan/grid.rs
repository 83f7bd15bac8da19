//! Counts by category, area and day, dense: three years of a city are a few megabytes.

use chrono::{Datelike as _, NaiveDate};

/// Weekdays and, as the eighth class, days off by the calendar.
pub const DAY_CLASSES: usize = 8;
/// Weeks of a year; the 365th and 366th day count to the last one.
pub const WEEKS: usize = 52;

/// Where an order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub category: usize,
    pub area: usize,
    /// Days after the grid's first.
    pub day: usize,
}

/// How many orders there were of each category in each area on each day. A category and an area are
/// numbers here; what they stand for is the caller's.
#[derive(Clone, Debug)]
pub struct Grid {
    first: NaiveDate,
    days: usize,
    areas: usize,
    categories: usize,
    counts: Vec<u16>,
    classes: Vec<u8>,
}

impl Grid {
    /// `is_off`: public holidays; weekends and make-up days are the calendar's too.
    #[must_use]
    pub fn new(
        first: NaiveDate,
        days: usize,
        areas: usize,
        categories: usize,
        is_off: impl Fn(NaiveDate) -> bool,
    ) -> Self {
        let class = |date: NaiveDate| {
            let weekday = u8::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
            if is_off(date) && weekday < 5 { 7 } else { weekday }
        };
        Self {
            first,
            days,
            areas,
            categories,
            counts: vec![0; days * areas * categories],
            classes: first.iter_days().take(days).map(class).collect(),
        }
    }

    /// Counts `n` more; what lies outside the grid is left out.
    pub fn add(&mut self, slot: Slot, n: u16) {
        if slot.category >= self.categories || slot.area >= self.areas || slot.day >= self.days {
            return;
        }
        let index = (slot.category * self.areas + slot.area) * self.days + slot.day;
        if let Some(count) = self.counts.get_mut(index) {
            *count = count.saturating_add(n);
        }
    }

    /// The days of one category in one area.
    #[must_use]
    pub fn series(&self, category: usize, area: usize) -> &[u16] {
        let start = (category * self.areas + area) * self.days;
        self.counts.get(start..start + self.days).unwrap_or_default()
    }

    /// The days of one category in the whole city.
    #[must_use]
    pub fn of_category(&self, category: usize) -> Vec<u32> {
        let mut sum = vec![0; self.days];
        for area in 0..self.areas {
            for (total, count) in sum.iter_mut().zip(self.series(category, area)) {
                *total += u32::from(*count);
            }
        }
        sum
    }

    /// The grid as it was at the end of an earlier day.
    #[must_use]
    pub fn until(&self, days: usize) -> Self {
        let days = days.min(self.days);
        let rows = self.counts.chunks_exact(self.days.max(1));
        Self {
            counts: rows.flat_map(|row| row.iter().take(days).copied()).collect(),
            classes: self.classes.iter().take(days).copied().collect(),
            days,
            ..*self
        }
    }

    /// 0 Monday to 6 Sunday, 7 a weekday that is off.
    #[must_use]
    pub fn class(&self, day: usize) -> usize {
        self.classes.get(day).copied().map_or(0, usize::from)
    }

    /// 0 to 51.
    #[must_use]
    pub fn week(&self, day: usize) -> usize {
        let date = self.date(day);
        (date.ordinal0() as usize / 7).min(WEEKS - 1)
    }

    #[must_use]
    pub fn date(&self, day: usize) -> NaiveDate {
        self.first + chrono::Days::new(day as u64)
    }

    #[must_use]
    pub fn days(&self) -> usize {
        self.days
    }

    #[must_use]
    pub fn areas(&self) -> usize {
        self.areas
    }

    #[must_use]
    pub fn categories(&self) -> usize {
        self.categories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_grid_forgets_what_came_later() {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        let mut grid = Grid::new(first, 10, 2, 2, |_| false);
        for day in 0..10 {
            grid.add(
                Slot {
                    category: 1,
                    area: 1,
                    day,
                },
                2,
            );
        }
        let earlier = grid.until(4);
        assert_eq!(earlier.series(1, 1), [2, 2, 2, 2]);
        assert_eq!(earlier.series(0, 1), [0, 0, 0, 0]);
        assert_eq!(earlier.of_category(1), [2, 2, 2, 2]);
    }

    #[test]
    fn a_working_day_that_is_off_is_a_class_of_its_own() {
        let monday = NaiveDate::from_ymd_opt(2025, 1, 27).unwrap();
        let spring_festival = |date: NaiveDate| date >= NaiveDate::from_ymd_opt(2025, 1, 28).unwrap();
        let grid = Grid::new(monday, 7, 1, 1, spring_festival);
        let classes: Vec<usize> = (0..7).map(|day| grid.class(day)).collect();
        assert_eq!(classes, [0, 7, 7, 7, 7, 5, 6]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut grid = Grid::new(NaiveDate::default(), 3, 1, 1, |_| false);
        grid.add(
            Slot {
                category: 0,
                area: 1,
                day: 0,
            },
            1,
        );
        grid.add(
            Slot {
                category: 0,
                area: 0,
                day: 3,
            },
            1,
        );
        assert_eq!(grid.of_category(0), [0, 0, 0]);
    }
}
