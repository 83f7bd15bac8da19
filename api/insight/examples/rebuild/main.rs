//! How long the nightly search takes at the size of a city, and the memory that it takes.
//!
//! Three years and a million orders are grouped from nothing, day by day, then one more day with the scan of all
//! categories and counties.
//!
//! `cargo run --release -p insight --example rebuild -- [ORDERS]`

#![expect(clippy::print_stdout, reason = "prints figures")]

mod city;

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use insight::scan::random::poisson;
use insight::scan::zones::zones;
use insight::scan::{Grid, ScanConfig, Slot, scan};
use insight::similar::{Features, Index};
use insight::topics::{Grouping, Settings};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rayon::prelude::*;

use crate::city::City;

const DAYS: usize = 3 * 365;
/// Orders are met again within so many days.
const WINDOW: usize = 180;
/// Days whose texts are made up at once, while the clock stands.
const PORTION: usize = 30;

/// Of the scan.
const CATEGORIES: usize = 163;
const AREAS: usize = 15;
const REPLICATIONS: usize = 499;

/// State between days.
struct Memory {
    index: Index<u32>,
    grouping: Grouping<u32>,
    /// The first order of each day in memory, and of the day to come.
    days: std::collections::VecDeque<u32>,
}

impl Memory {
    fn new() -> Self {
        Self {
            index: Index::default(),
            grouping: Grouping::new(Settings::default()),
            days: std::iter::once(0).collect(),
        }
    }

    /// Takes in one day's orders, and forgets those of the day that has become too old.
    fn take_in(&mut self, features: Vec<Features>) {
        let mut next = self.days.back().copied().unwrap_or_default();
        let first = next;
        next += features.len() as u32;
        let keys: Vec<u32> = (first..next).collect();
        self.index.add_all(keys.iter().copied().zip(features));
        self.grouping.assign(&self.index, &keys);
        self.days.push_back(next);
        if self.days.len() > WINDOW + 1
            && let (Some(oldest), Some(until)) = (self.days.pop_front(), self.days.front().copied())
        {
            let old: Vec<u32> = (oldest..until).collect();
            self.grouping.forget_all(&self.index, &old);
            self.index.remove_all(&old);
        }
    }

    fn told(&self) -> (usize, usize) {
        let sizes = self.grouping.ids().map(|id| {
            let members = self.grouping.members(id).count();
            usize::from(Settings::default().is_coherent(members, self.grouping.coherence(id)))
        });
        let (groups, told) = sizes.fold((0, 0), |(groups, told), one| (groups + 1, told + one));
        (groups, told)
    }
}

fn cut(texts: &[String]) -> Vec<Features> {
    texts.par_iter().map(|text| Features::of("", text)).collect()
}

/// Days one after the other; the words of the next are cut while one is grouped.
fn take_in_all(memory: &mut Memory, days: &[Vec<String>]) -> Duration {
    let began = Instant::now();
    let mut features = days.first().map(|day| cut(day)).unwrap_or_default();
    for next in 1..=days.len() {
        let (_, ahead) = rayon::join(
            || memory.take_in(features),
            || days.get(next).map(|day| cut(day)).unwrap_or_default(),
        );
        features = ahead;
    }
    began.elapsed()
}

fn main() -> Result<(), std::io::Error> {
    let orders = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000_usize);
    let daily = orders.div_ceil(DAYS);
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../city/luoyang");
    let mut city = City::new(&pack, daily, StdRng::seed_from_u64(7))?;
    let mut memory = Memory::new();
    let mut day = || -> Vec<String> { (0..daily).map(|_| city.report()).collect() };
    // The dictionary is read once a process, before the clock runs.
    let _dictionary = insight::segmenter::segmenter();
    let (mut spent, mut letters, mut done) = (Duration::ZERO, 0, 0);
    while done < DAYS {
        let texts: Vec<Vec<String>> = (0..PORTION.min(DAYS - done)).map(|_| day()).collect();
        letters += texts
            .iter()
            .flatten()
            .map(|text| text.chars().count())
            .sum::<usize>();
        done += texts.len();
        let portion = take_in_all(&mut memory, &texts);
        spent += portion;
        println!(
            "day {done:>5}: {:.2?} a day",
            portion / u32::try_from(texts.len()).unwrap_or(1)
        );
    }
    let (groups, told) = memory.told();
    println!(
        "{} orders of {:.0} characters, {DAYS} days: {spent:.1?}; {} in memory, {groups} groups, {told} told; {}",
        daily * DAYS,
        letters as f64 / (daily * DAYS) as f64,
        memory.index.len(),
        peak_memory(),
    );
    let texts = day();
    println!(
        "one more day, {daily} orders: {:.1?}",
        take_in_all(&mut memory, std::slice::from_ref(&texts))
    );
    let mut rng = StdRng::seed_from_u64(8);
    let grid = counts(&mut rng, daily);
    let centres: Vec<_> = (0..AREAS)
        .map(|area| Some(((area % 4) as f64, (area / 4) as f64)))
        .collect();
    let plan = ScanConfig {
        zones: zones(&centres),
        replications: REPLICATIONS,
        seed: 1,
    };
    let began = Instant::now();
    let rises = scan(&grid, &plan, 1.0 / 365.0);
    println!(
        "one scan, {CATEGORIES} categories, {AREAS} areas, {REPLICATIONS} replications: {:.1?}; {} rises",
        began.elapsed(),
        rises.len()
    );
    println!("peak memory: {}", peak_memory());
    Ok(())
}

/// Three years of days; each category is as common as its rank makes it.
fn counts(rng: &mut StdRng, daily: usize) -> Grid {
    let first = NaiveDate::from_ymd_opt(2023, 1, 2).unwrap_or_default();
    let mut grid = Grid::new(first, DAYS, AREAS, CATEGORIES, |_| false);
    let harmonic: f64 = (1..=CATEGORIES).map(|rank| 1.0 / rank as f64).sum();
    for category in 0..CATEGORIES {
        let level = daily as f64 / harmonic / (category + 1) as f64 / AREAS as f64;
        for day in 0..DAYS {
            for area in 0..AREAS {
                let n = u16::try_from(poisson(rng, level)).unwrap_or(u16::MAX);
                grid.add(Slot { category, area, day }, n);
            }
        }
    }
    grid
}

/// As Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown", str::trim).to_owned()
}
