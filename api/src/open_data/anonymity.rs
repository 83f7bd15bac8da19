//! Pure: k-anonymity. Each published combination of place, kind and month is shared by at least `k` orders.
//!
//! Orders in a cell that is too small are published less exactly, together with other such orders, and left out if even
//! the city and the month have too few.

use std::collections::HashMap;

/// Orders that share every published combination, at least.
pub const K: usize = 5;

/// Thousandths of a degree, about 100 m.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub longitude: i32,
    pub latitude: i32,
}

/// Facts that could identify an order. The caller numbers the codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Traits {
    pub cell: Option<Cell>,
    pub township: Option<u32>,
    pub county: Option<u32>,
    /// Kind of matter, and the group that it belongs to.
    pub category: Option<u32>,
    pub group: Option<u32>,
    /// Months since the year 0.
    pub month: i32,
}

/// How exactly a place is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A thousandth of a degree; an order without a point has its township or county.
    Cell,
    /// A hundredth of a degree, and the group of kinds.
    LargeCell,
    /// Township, and the group of kinds.
    Township,
    /// County, and the group of kinds.
    County,
    /// County, without the kind.
    CountyOnly,
    /// City and month.
    City,
}

impl Precision {
    pub const ALL: [Self; 6] = [
        Self::Cell,
        Self::LargeCell,
        Self::Township,
        Self::County,
        Self::CountyOnly,
        Self::City,
    ];

    /// The word in the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cell => "0.001_degree",
            Self::LargeCell => "0.01_degree",
            Self::Township => "township",
            Self::County => "county",
            Self::CountyOnly => "county_only",
            Self::City => "city",
        }
    }

    /// The traits with this precision.
    #[must_use]
    pub fn of(self, traits: Traits) -> Traits {
        let large = |value: i32| (value + 5).div_euclid(10) * 10;
        let mut shown = traits;
        if self >= Self::LargeCell {
            shown.category = None;
            shown.cell = traits.cell.map(|cell| Cell {
                longitude: large(cell.longitude),
                latitude: large(cell.latitude),
            });
        }
        if self >= Self::Township {
            shown.cell = None;
        }
        if self >= Self::County {
            shown.township = None;
        }
        if self >= Self::CountyOnly {
            shown.group = None;
        }
        if self == Self::City {
            shown.county = None;
        }
        shown
    }
}

/// Returns for each order what is published of it; `None` leaves it out.
#[must_use]
pub fn publish(orders: &[Traits], k: usize) -> Vec<Option<(Precision, Traits)>> {
    let mut published = vec![None; orders.len()];
    for precision in Precision::ALL {
        let mut sizes: HashMap<Traits, usize> = HashMap::new();
        let open = || orders.iter().zip(&published).filter(|(_, done)| done.is_none());
        for (traits, _) in open() {
            *sizes.entry(precision.of(*traits)).or_default() += 1;
        }
        for (traits, done) in orders.iter().zip(&mut published) {
            let shown = precision.of(*traits);
            if done.is_none() && sizes.get(&shown).is_some_and(|size| *size >= k) {
                *done = Some((precision, shown));
            }
        }
    }
    published
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(longitude: i32, category: u32, month: i32) -> Traits {
        Traits {
            cell: Some(Cell {
                longitude,
                latitude: 34_655,
            }),
            township: Some(1),
            county: Some(1),
            category: Some(category),
            group: Some(category / 10),
            month,
        }
    }

    fn precisions(orders: &[Traits]) -> Vec<Option<Precision>> {
        let published = publish(orders, K);
        published
            .iter()
            .map(|one| one.map(|(precision, _)| precision))
            .collect()
    }

    #[test]
    fn a_full_cell_is_published_as_it_is() {
        let orders = [order(112_395, 11, 1); 5];
        assert_eq!(precisions(&orders), [Some(Precision::Cell); 5]);
        assert_eq!(publish(&orders, K)[0], Some((Precision::Cell, orders[0])));
    }

    #[test]
    fn small_cells_are_merged_until_they_are_large_enough() {
        let apart = |far: i32| -> Vec<Traits> { (0..5).map(|at| order(112_395 + at * far, 11, 1)).collect() };
        assert_eq!(precisions(&apart(1)), [Some(Precision::LargeCell); 5]);
        assert_eq!(precisions(&apart(50)), [Some(Precision::Township); 5]);
        let kinds: Vec<Traits> = (0..5).map(|at| order(112_395, 10 * (at + 1), 1)).collect();
        assert_eq!(precisions(&kinds), [Some(Precision::CountyOnly); 5]);
        let counties: Vec<Traits> = (0..5)
            .map(|county| Traits {
                county: Some(county),
                ..order(112_395, 11, 1)
            })
            .collect();
        assert_eq!(precisions(&counties), [Some(Precision::City); 5]);
        assert_eq!(
            publish(&counties, K)[0].map(|(_, shown)| shown.county),
            Some(None)
        );
    }

    #[test]
    fn too_few_orders_are_left_out() {
        assert_eq!(precisions(&[order(112_395, 11, 1); 4]), [None; 4]);
        let months: Vec<Traits> = (0..5).map(|month| order(112_395, 11, month)).collect();
        assert_eq!(precisions(&months), [None; 5]);
    }

    #[test]
    fn every_published_combination_is_shared() {
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let orders: Vec<Traits> = (0..3_000)
            .map(|_| Traits {
                cell: (next(4) > 0).then(|| Cell {
                    longitude: 112_000 + next(40) as i32,
                    latitude: 34_000 + next(9) as i32,
                }),
                township: (next(5) > 0).then(|| next(7)),
                county: Some(next(3)),
                category: Some(next(30)),
                group: Some(next(4)),
                month: next(3) as i32,
            })
            .collect();
        let mut sizes: HashMap<(Precision, Traits), usize> = HashMap::new();
        for one in publish(&orders, K).into_iter().flatten() {
            *sizes.entry(one).or_default() += 1;
        }
        assert!(
            sizes.len() > 20 && sizes.values().all(|size| *size >= K),
            "{sizes:?}"
        );
    }
}
