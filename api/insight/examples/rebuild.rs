//! How long the nightly search takes at the size of a city: three years and a million orders grouped from nothing,
//! then one more day with the scan of all categories and counties; and the memory that it took.
//!
//! `cargo run --release -p insight --example rebuild -- [ORDERS]`

#![expect(clippy::print_stdout, reason = "prints figures")]

use std::time::Instant;

use chrono::NaiveDate;
use insight::scan::draws::poisson;
use insight::scan::zones::zones;
use insight::scan::{Grid, Plan, Slot, scan};
use insight::similar::{Features, Index};
use insight::topics::{Grouping, Settings};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rayon::prelude::*;

const DAYS: usize = 3 * 365;
/// Orders are met again within so many days.
const WINDOW: usize = 180;

/// Of the scan.
const CATEGORIES: usize = 163;
const AREAS: usize = 15;
const REPLICATIONS: usize = 499;

const PLACES: [&str; 12] = [
    "小区",
    "路",
    "街",
    "花园",
    "中学",
    "小学",
    "村委会",
    "市场",
    "广场",
    "医院",
    "公园",
    "桥",
];
const MATTERS: [&str; 12] = [
    "路灯不亮",
    "井盖破损",
    "占道经营",
    "夜间施工噪声",
    "垃圾没人清运",
    "停水",
    "暖气不热",
    "违章停车",
    "油烟扰民",
    "污水外溢",
    "物业乱收费",
    "电梯故障",
];
const NAMES: [&str; 20] = [
    "春", "和", "福", "金", "龙", "凤", "华", "锦", "绣", "兴", "盛", "安", "康", "宁", "祥", "瑞", "丰",
    "泰", "明", "光",
];

/// A report about one of many places; each place has matters of its own, so that some come again.
fn text(rng: &mut StdRng) -> String {
    let mut pick = |from: &[&'static str]| {
        from.get(rng.random_range(0..from.len()))
            .copied()
            .unwrap_or_default()
    };
    let name = [pick(&NAMES), pick(&NAMES), pick(&NAMES), pick(&NAMES)].concat();
    let (place, matter, other) = (pick(&PLACES), pick(&MATTERS), pick(&MATTERS));
    let number = rng.random_range(1..400);
    format!(
        "{name}{place}{number}号附近{matter}，已经好几天了，{other}也没有人管，附近居民生活受影响，希望尽快解决。"
    )
}

fn main() {
    let orders = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000_usize);
    let daily = orders / DAYS;
    let mut rng = StdRng::seed_from_u64(7);
    let mut index: Index<u32> = Index::default();
    let mut grouping: Grouping<u32> = Grouping::new(Settings::default());
    let mut next = 0_u32;
    let mut day = |index: &mut Index<u32>, grouping: &mut Grouping<u32>, today: usize| {
        let texts: Vec<String> = (0..daily).map(|_| text(&mut rng)).collect();
        let began = Instant::now();
        let features: Vec<Features> = texts.par_iter().map(|text| Features::of("", text)).collect();
        let mut keys = Vec::with_capacity(daily);
        for features in features {
            index.add(next, features);
            keys.push(next);
            next += 1;
        }
        grouping.assign(index, &keys);
        if today >= WINDOW {
            let oldest = next - u32::try_from((WINDOW + 1) * daily).unwrap_or(0);
            for key in oldest..oldest + u32::try_from(daily).unwrap_or(0) {
                grouping.forget(index, key);
                index.remove(key);
            }
        }
        began.elapsed()
    };
    let mut spent = std::time::Duration::ZERO;
    for today in 0..DAYS {
        spent += day(&mut index, &mut grouping, today);
    }
    println!(
        "{} orders, {DAYS} days: {spent:?}; {} in the index",
        daily * DAYS,
        index.len()
    );
    println!(
        "one more day, {daily} orders: {:?}",
        day(&mut index, &mut grouping, DAYS)
    );
    let grid = counts(&mut rng, daily);
    let centres: Vec<_> = (0..AREAS)
        .map(|area| Some(((area % 4) as f64, (area / 4) as f64)))
        .collect();
    let plan = Plan {
        zones: zones(&centres),
        replications: REPLICATIONS,
        seed: 1,
    };
    let began = Instant::now();
    let rises = scan(&grid, &plan, 1.0 / 365.0);
    println!(
        "one scan, {CATEGORIES} categories, {AREAS} areas, {REPLICATIONS} replications: {:?}; {} rises",
        began.elapsed(),
        rises.len()
    );
    println!(
        "peak memory: {}",
        peak_memory().unwrap_or_else(|| "unknown".to_owned())
    );
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
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}
