//! Measures topics, pairs and category suggestion on the corpus in `tests/corpus/`.
//!
//! Its messages are invented, in the style of letters to a city government: 47 matters told by 2 to 14 people each, and
//! single ones that share places or words with them. `tests/evaluate` measures the same on real messages.

#![expect(clippy::unwrap_used, reason = "a test may fail that way")]

mod fumes;
mod one_place;
mod scores;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use insight::classify::{Example, Settings as Training, cross_validate};
use insight::similar::{Features, Index, Kinds, TextDocument, Wording, same_matter};
use insight::topics::{MIN_REPORTERS, Settings, analyse};

use crate::scores::{Judged, agreement, messages, placed_pairs, rows};

/// A topic needs this many reports.
const MIN_REPORTS: usize = 3;

fn corpus(name: &str) -> Vec<csv::StringRecord> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    rows(&folder.join(name))
}

/// The matters of which the product makes a topic: enough reports of enough people; a group of single messages is none of them.
fn judged(rows: &[csv::StringRecord]) -> Vec<Judged> {
    let mut of_topic: BTreeMap<&str, Vec<&csv::StringRecord>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row[5].is_empty()) {
        of_topic.entry(&row[5]).or_default().push(row);
    }
    let group = |rows: &Vec<&csv::StringRecord>| {
        let reporters: BTreeSet<&str> = rows.iter().map(|row| &row[1]).collect();
        let real = rows.len() >= MIN_REPORTS && reporters.len() >= MIN_REPORTERS;
        Judged {
            real,
            is_wanted: real,
            ids: rows.iter().map(|row| row[0].to_owned()).collect(),
        }
    };
    of_topic.values().map(group).collect()
}

#[test]
fn topics_are_the_matters_that_several_people_report() {
    let rows = corpus("messages.csv");
    assert!(rows.len() >= 600, "{} messages", rows.len());
    let topics = analyse(messages(&rows), Settings::default(), |_, _| {});
    let found = agreement(&topics, &judged(&rows));
    assert!(found.precision >= 0.90, "precision {}", found.precision);
    assert!(found.recall >= 0.75, "recall {}", found.recall);
    assert!(found.largest <= 20, "one topic holds {} messages", found.largest);
}

#[test]
fn pairs_of_one_matter_score_high_and_others_low() {
    let rows = corpus("messages.csv");
    let messages = messages(&rows);
    let mut index: Index<usize> = Index::default();
    for (key, message) in messages.iter().enumerate() {
        index.add(key, Features::of(&message.subject, &message.text));
    }
    index.recompute_norms();
    let (kinds, wording) = (Kinds::default(), Wording::default());
    let report = |key: usize| TextDocument {
        features: index.features(key).unwrap(),
        place: None,
        kinds: &kinds,
        wording: &wording,
        // Only the text is measured; a constant time neither adds nor takes away.
        at: messages[0].at.to_utc(),
    };
    let (mut hits, mut claimed, mut same) = (0, 0, 0);
    for first in 0..rows.len() {
        for second in 0..first {
            let is_same = !rows[first][5].is_empty() && rows[first][5] == rows[second][5];
            let claims = same_matter(&index, &report(first), &report(second)).probability >= 0.5;
            hits += i32::from(is_same && claims);
            claimed += i32::from(claims);
            same += i32::from(is_same);
        }
    }
    let (precision, recall) = (
        f64::from(hits) / f64::from(claimed),
        f64::from(hits) / f64::from(same),
    );
    println!("{same} pairs of one matter: precision {precision:.3}, recall {recall:.3} at 0.5");
    assert!(precision >= 0.85, "precision {precision}");
    assert!(recall >= 0.27, "recall {recall}");
}

/// Our own pairs are harder than life: a fifth are two matters of one kind at one spot.
#[test]
fn pairs_with_place_and_category_are_told_apart() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judged");
    let pairs = rows(&folder.join("matters.csv"));
    assert!(pairs.len() >= 300, "{} pairs", pairs.len());
    let quality = placed_pairs(&pairs);
    println!("{} pairs with place and category: {quality}", pairs.len());
    assert!(quality.recall >= 0.8 && quality.precision >= 0.8, "{quality}");
}

#[test]
fn a_category_is_suggested_from_the_text() {
    let rows = corpus("labelled.csv");
    assert!(rows.len() >= 500, "{} texts", rows.len());
    let example = |row: &csv::StringRecord| Example {
        text: row[0].to_owned(),
        label: row[1].to_owned(),
    };
    let texts: Vec<Example> = rows.iter().map(example).collect();
    let report = cross_validate(&texts, &[], Training::default()).unwrap();
    println!(
        "{} categories: accuracy {:.3}, macro F1 {:.3}, calibration error {:.3}",
        report.labels.len(),
        report.accuracy,
        report.macro_f1,
        report.calibration_error
    );
    assert!(report.labels.len() >= 7);
    assert!(report.accuracy >= 0.58, "accuracy {}", report.accuracy);
    assert!(report.macro_f1 >= 0.57, "macro F1 {}", report.macro_f1);
}
