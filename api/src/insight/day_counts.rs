//! Pure: the counts per day as numbers, and the names behind the numbers. Days are read in portions: three years of a
//! million orders are as many triples of names, and a few megabytes of numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use insight::scan::{Grid, Slot};
use serde::Deserialize;

/// With fewer orders no baseline is known.
const MIN_ORDERS: u64 = 200;

/// The content of a day's row: category, area, number of orders.
pub type DayCounts<'a> = Vec<(&'a str, &'a str, u32)>;

/// One of [`DayCounts`] as it is read, out of the text where that can be.
#[derive(Deserialize)]
struct Read<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>, u32);

/// Days as they are read.
pub struct DayCountsBuilder {
    areas: Vec<String>,
    /// Categories with their numbers, in order of first occurrence.
    categories: BTreeMap<String, usize>,
    first: Option<NaiveDate>,
    counted: Vec<Counted>,
    total: u64,
}

struct Counted {
    category: usize,
    area: usize,
    day: NaiveDate,
    orders: u16,
}

/// The grid of all days on record, and the names of its categories and areas.
pub struct ScanInput {
    pub categories: Vec<String>,
    pub areas: Vec<String>,
    pub grid: Grid,
}

impl DayCountsBuilder {
    /// Creates an empty table for these areas; counts of any other area go to the last one.
    #[must_use]
    pub fn new(areas: Vec<String>) -> Self {
        Self {
            areas,
            categories: BTreeMap::new(),
            first: None,
            counted: Vec::new(),
            total: 0,
        }
    }

    /// Adds a day, `counts` as [`DayCounts`] in JSON; days come in order.
    pub fn add(&mut self, day: NaiveDate, counts: &str) {
        self.first.get_or_insert(day);
        let counts: Vec<Read<'_>> = serde_json::from_str(counts).unwrap_or_default();
        for Read(category, area, orders) in counts {
            let next = self.categories.len();
            let category = match self.categories.get(category.as_ref()) {
                Some(known) => *known,
                None => *self.categories.entry(category.into_owned()).or_insert(next),
            };
            let area = self.areas.iter().position(|known| *known == area);
            self.total += u64::from(orders);
            self.counted.push(Counted {
                category,
                area: area.unwrap_or(self.areas.len().saturating_sub(1)),
                day,
                orders: u16::try_from(orders).unwrap_or(u16::MAX),
            });
        }
    }

    /// Returns the grid up to `today` (exclusive). Returns `None` if there is too little data.
    #[must_use]
    pub fn into_grid(self, today: NaiveDate, is_off: impl Fn(NaiveDate) -> bool) -> Option<ScanInput> {
        let first = self.first.filter(|_| self.total >= MIN_ORDERS)?;
        let days = usize::try_from((today - first).num_days()).ok()?;
        // Ordered by name and not by first occurrence, so that a rise is found in the same way whatever happened years
        // ago.
        let mut rank = vec![0; self.categories.len()];
        for (place, number) in self.categories.values().enumerate() {
            *rank.get_mut(*number)? = place;
        }
        let mut grid = Grid::new(first, days, self.areas.len(), self.categories.len(), is_off);
        for counted in &self.counted {
            let slot = Slot {
                category: rank.get(counted.category).copied()?,
                area: counted.area,
                day: usize::try_from((counted.day - first).num_days()).ok()?,
            };
            grid.add(slot, counted.orders);
        }
        Some(ScanInput {
            categories: self.categories.into_keys().collect(),
            areas: self.areas,
            grid,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(offset: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, 1).unwrap() + chrono::TimeDelta::days(offset)
    }

    fn ledger() -> DayCountsBuilder {
        DayCountsBuilder::new(vec!["410302".to_owned(), "410303".to_owned(), String::new()])
    }

    #[test]
    fn days_become_a_grid_with_its_categories_in_order() {
        let mut ledger = ledger();
        ledger.add(
            day(0),
            &json!([["0201", "410303", 150], ["0101", "410302", 30]]).to_string(),
        );
        ledger.add(
            day(2),
            &json!([["0102", "", 2], ["0101", "999999", 40]]).to_string(),
        );
        let sheet = ledger.into_grid(day(3), |_| false).unwrap();
        assert_eq!(sheet.categories, ["0101", "0102", "0201"]);
        let series = |category, area| sheet.grid.series(category, area).to_vec();
        assert_eq!(series(0, 0), [30, 0, 0]);
        assert_eq!(series(2, 1), [150, 0, 0]);
        // No area, and one that the city does not have, count as unknown.
        assert_eq!(series(1, 2), [0, 0, 2]);
        assert_eq!(series(0, 2), [0, 0, 40]);
    }

    #[test]
    fn too_few_orders_tell_nothing() {
        let mut ledger = ledger();
        ledger.add(day(0), &json!([["0101", "410302", 199]]).to_string());
        assert!(ledger.into_grid(day(1), |_| false).is_none());
    }

    #[test]
    fn a_row_that_cannot_be_read_counts_nothing() {
        let mut ledger = ledger();
        ledger.add(day(0), &json!({ "0101": 3 }).to_string());
        ledger.add(day(1), &json!([["0101", "410302", 300]]).to_string());
        let sheet = ledger.into_grid(day(2), |_| false).unwrap();
        assert_eq!(sheet.grid.of_category(0), [0, 300]);
    }
}
