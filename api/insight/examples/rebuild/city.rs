//! Synthetic reports of a city: sentences of the built-in pack about fictional places, no two worded alike.
//!
//! Most reports stand alone; one in five is about something that others report too, for some weeks.

use std::path::Path;

use insight::segmenter::{normalise, segmenter};

use rand::Rng as _;
use rand::rngs::StdRng;

const SYLLABLES: &str = "春和福金龙凤华锦绣兴盛安康宁祥瑞丰泰明光东西南北中云山水柳杨槐桂兰竹梅松鹤翠青玉石湖河溪泉港桥塘岭坡湾\
    建民友谊新工团结胜利人文化育才英杰景阳晨曦星月天宝聚德仁义礼信昌隆顺达通运长久富贵荣耀辉煌嘉庆元亨利贞";
const KINDS: [&str; 24] = [
    "小区",
    "花园",
    "家园",
    "新村",
    "苑",
    "公寓",
    "路",
    "大道",
    "街",
    "巷",
    "中学",
    "小学",
    "幼儿园",
    "市场",
    "广场",
    "医院",
    "公园",
    "大桥",
    "工业园",
    "社区",
    "商场",
    "车站",
    "工地",
    "加油站",
];
const SPOTS: [&str; 12] = [
    "门口", "北门", "东侧", "西边", "路口", "楼下", "对面", "旁边", "附近", "南头", "里面", "北段",
];
const CLOSINGS: [&str; 8] = [
    "希望尽快解决。",
    "请有关部门管一管。",
    "影响居民出行和休息。",
    "已经反映过多次，一直没有人来。",
    "请核实处理，谢谢。",
    "晚上更严重，老人孩子都不敢出门。",
    "",
    "建议加强日常巡查。",
];

const PLACES: usize = 40_000;
/// Matters that are alive at a time, for each order of a day.
const MATTERS_AN_ORDER: f64 = 2.2;
/// Every report is worded differently: of a sentence's words so many stay, the others are any words that the
/// pack's sentences are made of.
const KEPT: f64 = 0.6;
/// Of all reports, those about a matter that others report too.
const SHARED: f64 = 0.2;
/// A matter ends with each report about it at this chance: twelve reports on average.
const END: f64 = 1.0 / 12.0;

/// A thing that people report again and again.
struct Matter {
    place: usize,
    kind: usize,
}

/// The city: its places, and what goes on there.
pub struct City {
    /// Sentences by category, as words.
    says: Vec<Vec<Vec<String>>>,
    /// All words of them, as often as they stand there.
    words: Vec<String>,
    towns: Vec<String>,
    places: Vec<String>,
    matters: Vec<Matter>,
    rng: StdRng,
}

impl City {
    /// Of the pack's training texts and towns; `daily` orders a day.
    pub fn new(pack: &Path, daily: usize, mut rng: StdRng) -> std::io::Result<Self> {
        let mut says = Vec::new();
        let mut files: Vec<_> = std::fs::read_dir(pack.join("training"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.sort();
        for file in files {
            says.extend(sentences(&std::fs::read_to_string(file)?));
        }
        let towns = column(&std::fs::read_to_string(pack.join("townships.csv"))?, "name");
        let syllables: Vec<char> = SYLLABLES.chars().filter(|c| !c.is_whitespace()).collect();
        let mut pick = |from: usize| rng.random_range(0..from);
        let places = (0..PLACES)
            .map(|nth| {
                let length = 2 + pick(3) / 2;
                let name: String = (0..length)
                    .filter_map(|_| syllables.get(pick(syllables.len())))
                    .collect();
                name + KINDS.get(nth % KINDS.len()).copied().unwrap_or_default()
            })
            .collect();
        let words = says.iter().flatten().flatten().cloned().collect();
        let mut city = Self {
            says,
            words,
            towns,
            places,
            matters: Vec::new(),
            rng,
        };
        for _ in 0..(daily as f64 * MATTERS_AN_ORDER) as usize {
            let matter = city.matter();
            city.matters.push(matter);
        }
        Ok(city)
    }

    /// One more report.
    pub fn report(&mut self) -> String {
        if self.rng.random::<f64>() >= SHARED || self.matters.is_empty() {
            let matter = self.matter();
            return self.told(&matter);
        }
        let which = self.rng.random_range(0..self.matters.len());
        let next = (self.rng.random::<f64>() < END).then(|| self.matter());
        let Some(matter) = self.matters.get_mut(which) else {
            return String::new();
        };
        let matter = match next {
            Some(next) => std::mem::replace(matter, next),
            None => Matter { ..*matter },
        };
        self.told(&matter)
    }

    /// Some places are spoken of far more often than others.
    fn matter(&mut self) -> Matter {
        let rank = self.rng.random::<f64>().powi(2);
        Matter {
            place: (rank * PLACES as f64) as usize,
            kind: self.rng.random_range(0..self.says.len().max(1)),
        }
    }

    fn sentence(&mut self, kind: usize) -> String {
        let says = self.says.get(kind).map_or(&[][..], Vec::as_slice);
        let which = self.rng.random_range(0..says.len().max(1));
        let mut said = String::new();
        for word in says.get(which).into_iter().flatten() {
            let other = self.rng.random_range(0..self.words.len().max(1));
            let stays = self.rng.random::<f64>() < KEPT;
            let word = if stays { Some(word) } else { self.words.get(other) };
            said.extend(word.map(String::as_str));
        }
        said
    }

    fn told(&mut self, matter: &Matter) -> String {
        let (first, second) = (self.sentence(matter.kind), self.sentence(matter.kind));
        let rng = &mut self.rng;
        let town = self.towns.get(matter.place % self.towns.len().max(1));
        let place = self.places.get(matter.place);
        let (town, place) = (town.map_or("", String::as_str), place.map_or("", String::as_str));
        let mut say = |from: &[&'static str]| {
            let which = rng.random_range(0..from.len().max(1));
            from.get(which).copied().unwrap_or_default()
        };
        let (spot, closing) = (say(&SPOTS), say(&CLOSINGS));
        let number = rng.random_range(1..400);
        match rng.random_range(0..4) {
            0 => format!("{town}{place}{spot}{first}，{closing}"),
            1 => format!("{place}{number}号{spot}，{first}，{second}，{closing}"),
            2 => format!("我是{town}居民，{place}{spot}{first}。{second}，{closing}"),
            _ => format!("{first}，在{place}{spot}，已有{number}天，{second}，{town}没有人管，{closing}"),
        }
    }
}

/// The sentences of a training file by their category.
fn sentences(csv: &str) -> Vec<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut by_code = std::collections::BTreeMap::<String, Vec<Vec<String>>>::new();
    for record in reader.records().flatten() {
        if let (Some(code), Some(text)) = (record.get(0), record.get(1)) {
            let text = normalise(text);
            let words = segmenter().segment(&text).map(str::to_owned);
            by_code.entry(code.to_owned()).or_default().push(words.collect());
        }
    }
    by_code.into_values().collect()
}

fn column(csv: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
    let at = reader
        .headers()
        .ok()
        .and_then(|headers| headers.iter().position(|header| header == name));
    let cells = reader.records().flatten();
    cells
        .filter_map(|record| record.get(at?).map(str::to_owned))
        .collect()
}
