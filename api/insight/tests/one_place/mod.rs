//! Topics at one place: one matter told in many ways stays one topic, several matters at one place stay apart, and
//! three short reports with nearly the same heading are found.
//!
//! All texts are invented; `tests/corpus` is the rest of the city.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, TimeDelta};
use insight::topics::{Message, Settings, Topic, analyse};

use crate::fumes::FUMES;
use crate::scores::{messages, rows};

/// Five matters at one estate, three reports each.
const AT_ONE_PLACE: [[&str; 3]; 5] = [
    [
        "恒泰华阳小区暖气不热，家里只有十四度",
        "恒泰华阳小区供暖温度不达标，暖气片是凉的",
        "恒泰华阳小区供暖不足，老人冻得睡不着",
    ],
    [
        "恒泰华阳小区地下车库积水，车被泡了",
        "恒泰华阳小区地下车库一下雨就积水",
        "恒泰华阳小区车库积水没过脚面，排水泵坏了",
    ],
    [
        "恒泰华阳小区电梯困人，三天坏了两次",
        "恒泰华阳小区电梯经常困人没有维修",
        "恒泰华阳小区电梯故障困人，物业不修",
    ],
    [
        "恒泰华阳小区幼儿园收费太高，不是普惠园",
        "恒泰华阳小区配套幼儿园收费高，希望办成普惠园",
        "恒泰华阳小区幼儿园什么时候转为普惠园，收费太贵",
    ],
    [
        "恒泰华阳小区房产证办不下来，交房四年了",
        "恒泰华阳小区开发商不给办房产证",
        "恒泰华阳小区房产证迟迟不办，影响孩子落户",
    ],
];

/// Matters of three short reports with nearly the same heading.
const SHORT: [[&str; 3]; 4] = [
    [
        "翠屏里小区二次加压泵噪音",
        "翠屏里小区加压泵房噪音大",
        "翠屏里小区二次加压泵噪音扰民",
    ],
    [
        "望嵩街口信号灯不亮",
        "望嵩街口信号灯坏了不亮",
        "望嵩街口的信号灯不亮",
    ],
    [
        "石桥巷公厕无人打扫",
        "石桥巷公厕没人打扫太臭",
        "石桥巷公厕无人打扫",
    ],
    [
        "松坪家园三期无法入学",
        "松坪家园三期孩子无法入学",
        "松坪家园三期业主子女入学难",
    ],
];

fn corpus() -> Vec<Message> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    messages(&rows(&folder.join("messages.csv")))
}

/// The corpus with further messages of different people, nine days apart within the corpus' time.
fn topics_with(added: &[(String, String, String)]) -> Vec<Topic> {
    let mut all = corpus();
    let first: DateTime<FixedOffset> = all.iter().map(|message| message.at).min().unwrap();
    for (nth, (id, subject, text)) in added.iter().enumerate() {
        all.push(Message {
            id: id.clone(),
            reporter: format!("reporter of {id}"),
            at: first + TimeDelta::days(9 * i64::try_from(nth).unwrap() % 170),
            subject: subject.clone(),
            text: text.clone(),
        });
    }
    analyse(all, Settings::default(), |_, _| {})
}

fn held<'a>(topic: &'a Topic, start: &str) -> BTreeSet<&'a str> {
    let ours = topic.orders.iter().filter(|id| id.starts_with(start));
    ours.map(String::as_str).collect()
}

#[test]
fn one_matter_of_an_estate_is_one_topic() {
    let added: Vec<_> = FUMES
        .iter()
        .enumerate()
        .map(|(nth, (subject, text))| (format!("fumes-{nth}"), (*subject).to_owned(), (*text).to_owned()))
        .collect();
    let topics = topics_with(&added);
    let parts: Vec<_> = topics
        .iter()
        .filter(|topic| !held(topic, "fumes-").is_empty())
        .collect();
    let largest = parts
        .iter()
        .map(|topic| held(topic, "fumes-").len())
        .max()
        .unwrap_or(0);
    println!(
        "{largest} of {} in one topic, {} topics",
        FUMES.len(),
        parts.len()
    );
    assert!(largest as f64 >= 0.9 * FUMES.len() as f64, "{parts:?}");
    assert_eq!(parts.len(), 1, "{parts:?}");
    let (title, keywords) = (&parts[0].title, &parts[0].keywords);
    assert!(title.contains("锦绣之城"), "{title}");
    let cut =
        |word: &String| word.starts_with("城小区") || word.starts_with("之城") || word.ends_with("锦绣");
    assert!(!keywords.iter().any(cut), "{keywords:?}");
}

#[test]
fn several_matters_at_one_estate_are_several_topics() {
    let mut added = Vec::new();
    for (matter, reports) in AT_ONE_PLACE.iter().enumerate() {
        for (nth, text) in reports.iter().enumerate() {
            added.push((format!("place-{matter}-{nth}"), String::new(), (*text).to_owned()));
        }
    }
    let topics = topics_with(&added);
    let mut found = BTreeSet::new();
    for topic in &topics {
        let matters: BTreeSet<char> = held(topic, "place-")
            .iter()
            .filter_map(|id| id.chars().nth(6))
            .collect();
        assert!(matters.len() <= 1, "several matters in one topic: {topic:?}");
        found.extend(matters);
    }
    println!("{} of {} matters found", found.len(), AT_ONE_PLACE.len());
    assert!(found.len() >= 4, "{found:?}");
}

#[test]
fn three_short_reports_with_nearly_the_same_heading_are_a_topic() {
    let mut added = Vec::new();
    for (matter, reports) in SHORT.iter().enumerate() {
        for (nth, text) in reports.iter().enumerate() {
            added.push((format!("short-{matter}-{nth}"), String::new(), (*text).to_owned()));
        }
    }
    let topics = topics_with(&added);
    for (matter, reports) in SHORT.iter().enumerate() {
        let start = format!("short-{matter}-");
        let most = topics
            .iter()
            .map(|topic| held(topic, &start).len())
            .max()
            .unwrap_or(0);
        assert_eq!(most, 3, "{reports:?}");
    }
}
