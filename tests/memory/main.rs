//! The cost of a recent report in memory, alone in its process.

use entity::ids::OrderId;
use insight::similar::{Features, Index};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const REPORTS: usize = 20_000;
/// Bytes of a report in the index: its terms, its postings, its key.
const MOST_BYTES: usize = 384;

const PROBLEMS: [&str; 12] = [
    "路面塌陷，车辆绕行",
    "夜间施工噪音扰民，居民无法休息",
    "垃圾堆放无人清运，气味很大",
    "路灯不亮，老人出行不便",
    "井盖松动，骑车经过有危险",
    "占道经营，人行道无法通行",
    "暖气不热，室温达不到标准",
    "自来水发黄，有异味",
    "公交站牌损坏，看不清线路",
    "河道有污水排入，水面发黑",
    "树木倾倒，压住电线",
    "电梯经常停运，高层住户上下困难",
];
const ASKS: [&str; 4] = [
    "请尽快处理。",
    "希望有关部门到现场查看。",
    "多次反映没有结果。",
    "请明确承办单位和完成时间。",
];
/// Characters of names that are in no dictionary.
const NAMES: &str = "安百北昌长成城春大德东方丰福港高光广桂海汉和恒红华怀惠吉佳江金景九开康兰乐丽林龙罗马美明南宁平桥青清荣瑞山上胜水泰天王文西喜祥新兴秀旭阳阴永玉元园云泽正中";

fn text(random: &mut StdRng, names: &[char]) -> String {
    let mut name = |length: usize| -> String {
        (0..length)
            .map(|_| names[random.random_range(0..names.len())])
            .collect()
    };
    let (road, estate) = (name(2), name(3));
    let house = random.random_range(1..300);
    let building = random.random_range(1..60);
    let problem = PROBLEMS[random.random_range(0..PROBLEMS.len())];
    let ask = ASKS[random.random_range(0..ASKS.len())];
    format!(
        "{road}路{house}号{estate}小区{building}号楼附近{problem}，已经持续{}天，{ask}",
        house % 40 + 2
    )
}

/// Anonymous memory of this process after free memory was returned.
fn anonymous_bytes() -> usize {
    heap::trim();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .unwrap();
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<usize>()
        .unwrap()
        * 1024
}

#[test]
fn a_report_costs_little_memory() {
    let names: Vec<char> = NAMES.chars().collect();
    let mut random = StdRng::seed_from_u64(1);
    // Loads the dictionary.
    let _ = Features::of("", "路面塌陷");
    let before = anonymous_bytes();
    let mut index = Index::default();
    let mut terms = 0;
    for _ in 0..REPORTS / 500 {
        let part: Vec<_> = (0..500)
            .map(|_| (OrderId::generate(), Features::of("", &text(&mut random, &names))))
            .collect();
        terms += part.iter().map(|(_, features)| features.len()).sum::<usize>();
        index.add_all(part);
    }
    let bytes = anonymous_bytes().saturating_sub(before) / REPORTS;
    println!(
        "{REPORTS} reports of {} terms each: {bytes} bytes per report",
        terms / REPORTS
    );
    assert_eq!(index.len(), REPORTS);
    assert!(bytes <= MOST_BYTES, "{bytes} bytes per report");
}
