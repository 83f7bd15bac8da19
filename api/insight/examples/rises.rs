//! Rises planted into a realistic background: how soon they are found, and how often there is a false alarm,
//! against the plain rule “more than twice as many as last month”.
//!
//! `cargo run --release -p insight --example rises`

#![expect(clippy::print_stdout, reason = "prints a table")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use insight::scan::random::{gamma_of_mean_one, poisson};
use insight::scan::zones::zones;
use insight::scan::{Grid, ScanConfig, Slot, scan};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const CATEGORIES: usize = 60;
const AREAS: usize = 14;
const PAST_DAYS: usize = 730;
const JUDGED_DAYS: usize = 120;
/// Cities with the same rises and another chance.
const BACKGROUNDS: u64 = 6;
/// Orders a day in the whole city.
const DAILY: f64 = 150.0;
const REPLICATIONS: usize = 199;
/// Once a year by chance.
const LIMIT: f64 = 1.0 / 365.0;
const MONTH: usize = 30;

/// A rise: a category, its areas (none: all), the factor, the first day and how long it lasts.
struct Planted {
    name: &'static str,
    category: usize,
    area: Option<usize>,
    factor: f64,
    start: usize,
    days: usize,
}

fn planted() -> Vec<Planted> {
    let at = |name, category, area, factor, start| Planted {
        name,
        category,
        area,
        factor,
        start: PAST_DAYS + start,
        days: 28,
    };
    vec![
        at("frequent, one area, x3", 1, Some(2), 3.0, 10),
        at("frequent, one area, x2", 2, Some(5), 2.0, 15),
        at("frequent, whole city, x1.5", 3, None, 1.5, 20),
        at("middling, one area, x5", 12, Some(1), 5.0, 30),
        at("middling, one area, x3", 14, Some(7), 3.0, 40),
        at("middling, whole city, x2", 16, None, 2.0, 45),
        at("rare, one area, x10", 40, Some(3), 10.0, 60),
        at("rare, whole city, x4", 45, None, 4.0, 65),
        at("rare, whole city, x8", 50, None, 8.0, 70),
    ]
}

/// Zipf's law over categories, a smooth share over areas, quiet weekends, a season of each category's own,
/// weeks that differ by a fifth beyond chance.
fn background(rng: &mut StdRng, planted: &[Planted]) -> Grid {
    let days = PAST_DAYS + JUDGED_DAYS;
    let first = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap_or_default();
    let mut grid = Grid::new(first, days, AREAS, CATEGORIES, |_| false);
    let harmonic: f64 = (1..=CATEGORIES).map(|rank| 1.0 / rank as f64).sum();
    let shares: f64 = (0..AREAS).map(|area| 1.0 / (area + 2) as f64).sum();
    for category in 0..CATEGORIES {
        let mut unrest = 1.0;
        for day in 0..days {
            if day % 7 == 0 {
                unrest = gamma_of_mean_one(rng, 25.0);
            }
            let phase = (day as f64 / 365.25 + category as f64 / 7.0) * std::f64::consts::TAU;
            let weekend = if grid.class(day) >= 5 { 0.6 } else { 1.15 };
            let level =
                DAILY / harmonic / (category + 1) as f64 * weekend * unrest * (1.0 + 0.4 * phase.sin());
            for area in 0..AREAS {
                let raised = planted.iter().filter(|rise| rise.category == category);
                let raised = raised.filter(|rise| (rise.start..rise.start + rise.days).contains(&day));
                let factor: f64 = raised
                    .filter(|rise| rise.area.is_none_or(|only| only == area))
                    .map(|rise| rise.factor)
                    .product();
                let count = poisson(rng, level / (area + 2) as f64 / shares * factor);
                let n = u16::try_from(count).unwrap_or(u16::MAX);
                grid.add(Slot { category, area, day }, n);
            }
        }
    }
    grid
}

/// Categories that alarm on a day, by the scan.
fn by_scan(grid: &Grid, plan: &ScanConfig) -> BTreeSet<usize> {
    scan(grid, plan, LIMIT)
        .into_iter()
        .map(|rise| rise.category)
        .collect()
}

/// By the plain rule: an area (or the city) had more than twice as many in the last month as in the one
/// before, and three at least.
fn by_plain_rule(grid: &Grid) -> BTreeSet<usize> {
    let doubled = |series: &[u32]| {
        let month = |skip: usize| series.iter().rev().skip(skip).take(MONTH).sum::<u32>();
        month(0) >= 3 && month(0) > 2 * month(MONTH)
    };
    let alarms = (0..grid.categories()).filter(|category| {
        let mut areas = (0..grid.areas()).map(|area| -> Vec<u32> {
            grid.series(*category, area)
                .iter()
                .map(|n| u32::from(*n))
                .collect()
        });
        areas.any(|series| doubled(&series)) || doubled(&grid.of_category(*category))
    });
    alarms.collect()
}

/// Categories that one rule alarms for on each judged day.
struct Verdicts(Vec<BTreeSet<usize>>);

impl Verdicts {
    /// Days from the start of a rise to its first alarm.
    fn delay(&self, rise: &Planted) -> Option<usize> {
        let start = rise.start - PAST_DAYS;
        let after = self.0.iter().enumerate().skip(start).take(rise.days + 7);
        after
            .filter(|(_, alarms)| alarms.contains(&rise.category))
            .map(|(day, _)| day - start + 1)
            .next()
    }

    /// Alarms that begin for a category without a rise (or long after it), a month.
    fn false_alarms(&self, planted: &[Planted]) -> f64 {
        let explained = |category: usize, day: usize| {
            planted.iter().any(|rise| {
                let start = rise.start - PAST_DAYS;
                rise.category == category && day >= start && day < start + rise.days + MONTH
            })
        };
        let mut count = 0;
        for (day, alarms) in self.0.iter().enumerate() {
            let before = day.checked_sub(1).and_then(|day| self.0.get(day));
            let begun = alarms
                .iter()
                .filter(|category| before.is_none_or(|before| !before.contains(category)));
            count += begun.filter(|category| !explained(**category, day)).count();
        }
        count as f64 / (JUDGED_DAYS as f64 / MONTH as f64)
    }
}

/// Verdicts of both rules on one background.
struct Told {
    scan: Verdicts,
    plain: Verdicts,
}

impl Told {
    fn of(seed: u64, planted: &[Planted], zones: &[Vec<usize>]) -> Self {
        let grid = background(&mut StdRng::seed_from_u64(seed), planted);
        let (mut scan, mut plain) = (Vec::new(), Vec::new());
        for day in 0..JUDGED_DAYS {
            let known = grid.until(PAST_DAYS + day + 1);
            let plan = ScanConfig {
                zones: zones.to_vec(),
                replications: REPLICATIONS,
                seed: day as u64,
            };
            scan.push(by_scan(&known, &plan));
            plain.push(by_plain_rule(&known));
        }
        Self {
            scan: Verdicts(scan),
            plain: Verdicts(plain),
        }
    }
}

/// `12 (8 of 8)`: the middle delay of those found, in days.
fn delays(all: &[&Verdicts], rise: &Planted) -> String {
    let mut found: Vec<usize> = all.iter().filter_map(|one| one.delay(rise)).collect();
    found.sort_unstable();
    let middle = found
        .get(found.len() / 2)
        .map_or_else(|| "-".to_owned(), usize::to_string);
    format!("{middle} ({} of {})", found.len(), all.len())
}

fn main() {
    let planted = planted();
    let centres: Vec<_> = (0..AREAS)
        .map(|area| Some(((area % 4) as f64, (area / 4) as f64)))
        .collect();
    let zones = zones(&centres);
    let began = std::time::Instant::now();
    let told: Vec<Told> = (0..BACKGROUNDS)
        .map(|nth| Told::of(20_250_303 + nth, &planted, &zones))
        .collect();
    let scans = told.len() * JUDGED_DAYS;
    let spent = began.elapsed() / u32::try_from(scans).unwrap_or(1);
    let scan: Vec<&Verdicts> = told.iter().map(|told| &told.scan).collect();
    let plain: Vec<&Verdicts> = told.iter().map(|told| &told.plain).collect();
    println!("{:<28} {:>16} {:>16}", "rise", "scan: days", "plain: days");
    for rise in &planted {
        println!(
            "{:<28} {:>16} {:>16}",
            rise.name,
            delays(&scan, rise),
            delays(&plain, rise)
        );
    }
    let false_alarms = |all: &[&Verdicts]| {
        let each = all.iter().map(|one| one.false_alarms(&planted));
        each.sum::<f64>() / all.len().max(1) as f64
    };
    println!(
        "{:<28} {:>16.1} {:>16.1}",
        "false alarms a month",
        false_alarms(&scan),
        false_alarms(&plain)
    );
    println!("one day, both rules: {spent:.1?}");
}
