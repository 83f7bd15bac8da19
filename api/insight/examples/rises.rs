//! How often the scan raises a false alarm, and how many planted rises it finds, in both worlds of `tests/worlds`.
//!
//! `cargo run --release -p insight --example rises -- [YEARS] [CITIES WITH RISES] [CATEGORIES] [AREAS] [ORDERS A DAY]`
//!
//! With `known` as the last argument, the scan knows each city's law instead of learning it: an upper bound of what any
//! baseline can find.

#![expect(clippy::print_stdout, reason = "prints a table")]
#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the dimensions the city was drawn with"
)]

#[path = "../tests/worlds/mod.rs"]
mod worlds;

use rayon::prelude::*;

use insight::scan::baseline::{Baseline, CategoryBaseline, Dispersion, WINDOW};
use insight::scan::{ScanConfig, scan_known};

use crate::worlds::{FOUND_WITHIN, Judged, PAST_DAYS, Planted, REPLICATIONS, Rate, SHOWN, World, judge};

const YEAR: usize = 365;
/// Limits of the p-value, in scans; false alarms and finds are printed for each.
const LIMITS: [f64; 7] = [20.0, 60.0, 90.0, 120.0, 180.0, 250.0, 365.0];

/// Makes of a city's days what a scan finds in them: world, seed, days, rises.
type Judge = fn(&World, u64, usize, &[Planted]) -> Judged;

/// Scans each day of the days after the past, knowing the law that the city was drawn by.
fn judge_known(world: &World, seed: u64, days: usize, planted: &[Planted]) -> Judged {
    let all = PAST_DAYS + days;
    let mut usual = vec![vec![vec![0.0; all]; world.areas]; world.categories];
    let grid = world.draw(seed, all, planted, |slot, mean| {
        usual[slot.category][slot.area][slot.day] = mean;
    });
    let day = |day: usize| {
        let end = PAST_DAYS + day + 1;
        let of_area = |days: &Vec<f64>| std::array::from_fn(|of_window| days[end - WINDOW + of_window]);
        let category = |areas: &Vec<Vec<f64>>| CategoryBaseline {
            means: areas.iter().map(of_area).collect(),
            area_shapes: vec![f64::INFINITY; world.areas],
            shrinkage: vec![0.0; world.areas],
            shape: f64::INFINITY,
            dispersion: Dispersion {
                weeks: world.restless_weeks,
                area_weeks: world.restless_areas,
                ..Dispersion::default()
            },
        };
        let baseline = Baseline {
            areas: world.areas,
            categories: usual.iter().map(category).collect(),
        };
        let config = ScanConfig {
            zones: world.zones(),
            replications: REPLICATIONS,
            seed: seed ^ day as u64,
        };
        let found = scan_known(&grid.until(end), &baseline, &config, SHOWN);
        found.iter().map(|rise| (rise.category, rise.p_value)).collect()
    };
    Judged {
        categories: world.categories,
        days: (0..days).map(day).collect(),
    }
}

fn print_false_alarms(world: &World, years: u64, judge: Judge) {
    let judged: Vec<Judged> = (0..years)
        .into_par_iter()
        .map(|seed| judge(world, 1_000 + seed, YEAR, &[]))
        .collect();
    for limit in LIMITS {
        let count = judged.iter().map(|year| year.alarms(1.0 / limit).len()).sum();
        println!(
            "{}: p ≤ 1/{limit}: {} a year",
            world.name,
            Rate::of(count, years as f64)
        );
    }
}

fn print_finds(world: &World, cities: u64, judge: Judge) {
    let planted = world.rises(PAST_DAYS);
    let judged: Vec<Judged> = (0..cities)
        .into_par_iter()
        .map(|seed| judge(world, 5_000 + seed, FOUND_WITHIN, &planted))
        .collect();
    for limit in LIMITS {
        let delays = |rise: &Planted| -> Vec<usize> {
            let delays = judged.iter().filter_map(|city| city.delay(rise, 1.0 / limit));
            delays.collect()
        };
        let by_rise: Vec<Vec<usize>> = planted.iter().map(delays).collect();
        let each: Vec<String> = by_rise.iter().map(|found| found.len().to_string()).collect();
        let mut all: Vec<usize> = by_rise.into_iter().flatten().collect();
        all.sort_unstable();
        println!(
            "{}: p ≤ 1/{limit}: found {:.3} of {}; median day {:?}; by kind {}",
            world.name,
            all.len() as f64 / (planted.len() * judged.len()) as f64,
            planted.len() * judged.len(),
            all.get(all.len() / 2),
            each.join(" ")
        );
    }
}

fn main() {
    let asked: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let nth = |nth: usize, default: u64| asked.get(nth).copied().unwrap_or(default);
    let (years, cities) = (nth(0, 10), nth(1, 20));
    let (categories, areas) = (nth(2, 40) as usize, nth(3, 10) as usize);
    let daily = nth(4, 120) as f64;
    let known = std::env::args().next_back().is_some_and(|last| last == "known");
    let judge: Judge = if known { judge_known } else { judge };
    for world in [
        World::quiet(categories, areas, daily),
        World::restless(categories, areas, daily),
    ] {
        let began = std::time::Instant::now();
        print_finds(&world, cities, judge);
        print_false_alarms(&world, years, judge);
        println!("{}: {:.0?}", world.name, began.elapsed());
    }
}
