//! How long grouping takes at the size of a city: three years and a million orders from nothing, then one
//! more day.
//!
//! `cargo run --release -p insight --example rebuild -- [ORDERS]`

#![expect(clippy::print_stdout, reason = "prints figures")]

use std::time::Instant;

use insight::similar::{Features, Index};
use insight::topics::{Grouping, Settings};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rayon::prelude::*;

const DAYS: usize = 3 * 365;
/// Orders are met again within so many days.
const WINDOW: usize = 180;

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
}
