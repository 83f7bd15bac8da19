//! Counts by category, area and day, dense: three years of a city are a few megabytes.

#![expect(
    clippy::indexing_slicing,
    reason = "slices of days run over the days they were made with"
)]

use chrono::{Datelike as _, Days, NaiveDate};

/// Weekdays, then the days that public holidays make different from their weekday.
pub const DAY_CLASSES: usize = 11;
const LONG_HOLIDAY: u8 = 7;
const SHORT_HOLIDAY: u8 = 8;
const MAKE_UP_DAY: u8 = 9;
const AFTER_HOLIDAY: u8 = 10;
/// Days off in a row, weekends included, that are a long holiday, and the most that are looked for.
const LONG_HOLIDAY_DAYS: usize = 5;
const MAX_HOLIDAY_DAYS: usize = 16;
/// Weeks of a year; the 365th and 366th day count to the last one.
pub const WEEKS: usize = 52;

/// Where an order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Index of the category.
    pub category: usize,
    /// Index of the area.
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
    /// `is_off`: the days off by the calendar, weekends included. It is asked for days around the grid's too.
    #[must_use]
    pub fn new(
        first: NaiveDate,
        days: usize,
        areas: usize,
        categories: usize,
        is_off: impl Fn(NaiveDate) -> bool,
    ) -> Self {
        Self {
            first,
            days,
            areas,
            categories,
            counts: vec![0; days * areas * categories],
            classes: classes(first, days, is_off),
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

    /// 0 Monday to 6 Sunday; 7 a day of a long holiday, 8 of a short one, 9 a weekend day that is worked to make up for one,
    /// 10 the first working day after one.
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

    /// Returns the date of a day's index.
    #[must_use]
    pub fn date(&self, day: usize) -> NaiveDate {
        self.first + Days::new(day as u64)
    }

    /// Returns the number of days.
    #[must_use]
    pub fn days(&self) -> usize {
        self.days
    }

    /// Returns the number of areas.
    #[must_use]
    pub fn areas(&self) -> usize {
        self.areas
    }

    /// Returns the number of categories.
    #[must_use]
    pub fn categories(&self) -> usize {
        self.categories
    }
}

/// The class of each day.
fn classes(first: NaiveDate, days: usize, is_off: impl Fn(NaiveDate) -> bool) -> Vec<u8> {
    let weekday = |date: NaiveDate| u8::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    let date = |offset: usize| first - Days::new(MAX_HOLIDAY_DAYS as u64) + Days::new(offset as u64);
    let around = days + 2 * MAX_HOLIDAY_DAYS;
    let off: Vec<bool> = (0..around).map(|offset| is_off(date(offset))).collect();
    let mut classes: Vec<u8> = (0..around).map(|offset| weekday(date(offset))).collect();
    // A calendar without days off at weekends knows no make-up days either.
    let knows_weekends = off.iter().zip(&classes).any(|(off, class)| *off && *class >= 5);
    let mut start = 0;
    for run in off.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        let is_holiday = run.first() == Some(&true) && classes[start..end].iter().any(|class| *class < 5);
        if is_holiday {
            let long = run.len() >= LONG_HOLIDAY_DAYS;
            classes[start..end].fill(if long { LONG_HOLIDAY } else { SHORT_HOLIDAY });
            if let Some(after) = classes.get_mut(end) {
                *after = AFTER_HOLIDAY;
            }
        } else if knows_weekends && run.first() == Some(&false) {
            for class in classes[start..end]
                .iter_mut()
                .filter(|class| (5..7).contains(*class))
            {
                *class = MAKE_UP_DAY;
            }
        }
        start = end;
    }
    classes.into_iter().skip(MAX_HOLIDAY_DAYS).take(days).collect()
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
    fn holidays_and_the_days_that_make_up_for_them_are_classes_of_their_own() {
        let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap();
        // As announced for 2025: Spring Festival 28 January to 4 February, worked on 26 January and 8 February.
        let is_off = |date: NaiveDate| {
            let festival = (day(1, 28)..=day(2, 4)).contains(&date);
            let worked = [day(1, 26), day(2, 8)].contains(&date);
            let new_year = date == day(1, 1);
            festival || new_year || (date.weekday().num_days_from_monday() >= 5 && !worked)
        };
        let grid = Grid::new(day(1, 25), 16, 1, 1, is_off);
        let classes: Vec<usize> = (0..16).map(|day| grid.class(day)).collect();
        assert_eq!(classes, [5, 9, 0, 7, 7, 7, 7, 7, 7, 7, 7, 10, 3, 4, 9, 6]);
        // The holiday began before the grid does.
        assert_eq!(Grid::new(day(2, 3), 3, 1, 1, is_off).class(0), 7);
        assert_eq!(Grid::new(day(1, 1), 2, 1, 1, is_off).class(0), 8);
        assert_eq!(Grid::new(day(1, 2), 2, 1, 1, is_off).class(0), 10);
    }

    #[test]
    fn without_a_calendar_there_are_weekdays_only() {
        let monday = NaiveDate::from_ymd_opt(2025, 1, 27).unwrap();
        let grid = Grid::new(monday, 7, 1, 1, |_| false);
        assert!((0..7).all(|day| grid.class(day) == day));
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
