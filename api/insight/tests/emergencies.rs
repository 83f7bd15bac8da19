//! The built-in pack's emergency rules on written reports: paraphrases of emergencies, and ordinary reports that use the
//! same words.

#![expect(clippy::unwrap_used, reason = "a test may fail that way")]

use insight::emergency::{EmergencyRules, RuleFile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    kind: String,
    text: String,
}

fn cases(csv: &str) -> Vec<Case> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

fn rules() -> EmergencyRules {
    let file: RuleFile = toml::from_str(include_str!("../../city/luoyang/emergencies.toml")).unwrap();
    EmergencyRules::compile(&file).unwrap()
}

#[test]
fn every_written_emergency_is_recognised() {
    let rules = rules();
    for csv in [
        include_str!("emergency/emergencies.csv"),
        include_str!("emergency/held_out.csv"),
    ] {
        let cases = cases(csv);
        let missed: Vec<&str> = cases
            .iter()
            .filter(|case| rules.detect(&case.text).is_none())
            .map(|case| case.text.as_str())
            .collect();
        assert!(missed.is_empty(), "{missed:#?}");
    }
}

#[test]
fn nine_in_ten_written_emergencies_are_of_the_kind_they_are_meant_to_be() {
    let rules = rules();
    let cases = cases(include_str!("emergency/emergencies.csv"));
    let right = cases.iter().filter(|case| {
        rules
            .detect(&case.text)
            .is_some_and(|found| found.kind == case.kind)
    });
    let (right, all) = (right.count(), cases.len());
    assert!(right * 10 >= all * 9, "{right} of {all}");
}

#[test]
fn at_most_one_ordinary_report_in_a_hundred_is_stopped() {
    let rules = rules();
    let cases = cases(include_str!("emergency/ordinary.csv"));
    let stopped: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = rules.detect(&case.text)?;
            Some(format!("{} ({}: {})", case.text, found.kind, found.matched))
        })
        .collect();
    assert!(stopped.len() * 100 <= cases.len(), "{stopped:#?}");
}

#[test]
fn blanks_widths_and_line_breaks_do_not_hide_an_emergency() {
    let rules = rules();
    for text in [
        "楼 上 着 火 了",
        "我不想活了！！！",
        "有人\n落水了，快来",
        "煤气漏了ｏｎｏ",
    ] {
        assert!(rules.detect(text).is_some(), "{text}");
    }
}
