//! How often the scan raises a false alarm, and how many planted rises it finds, in both worlds of `tests/worlds`.
//!
//! `cargo run --release -p insight --example rises -- [YEARS] [CITIES WITH RISES] [CATEGORIES] [AREAS] [ORDERS A DAY]`

#![expect(clippy::print_stdout, reason = "prints a table")]

#[path = "../tests/worlds/mod.rs"]
mod worlds;

use rayon::prelude::*;

use crate::worlds::{FOUND_WITHIN, Judged, PAST_DAYS, Planted, Rate, World, judge};

const YEAR: usize = 365;
/// Limits of the p-value, in scans; false alarms and finds are printed for each.
const LIMITS: [f64; 7] = [20.0, 60.0, 90.0, 120.0, 180.0, 250.0, 365.0];

fn print_false_alarms(world: &World, years: u64) {
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

fn print_finds(world: &World, cities: u64) {
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
    for world in [
        World::quiet(categories, areas, daily),
        World::restless(categories, areas, daily),
    ] {
        let began = std::time::Instant::now();
        print_finds(&world, cities);
        print_false_alarms(&world, years);
        println!("{}: {:.0?}", world.name, began.elapsed());
    }
}
