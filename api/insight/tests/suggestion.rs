//! Measures the shipped category model on texts that were written to be hard and kept out of its training.
//!
//! `suggestion/held_out.csv` has typos, dialect, anger, voice input without punctuation and texts without a keyword;
//! two per category.

#![expect(clippy::unwrap_used, reason = "a test may fail that way")]

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use insight::classify::{Example, Model, evaluate};

/// The policy's `min_confidence`.
const LIMIT: f32 = 0.8;

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn examples(file: &PathBuf) -> Vec<Example> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| Example {
        label: row.get(0).unwrap().to_owned(),
        text: row.get(1).unwrap().to_owned(),
    })
    .collect()
}

fn held_out() -> Vec<Example> {
    examples(&folder("tests/suggestion/held_out.csv"))
}

fn model() -> Model {
    Model::from_bytes(&std::fs::read(folder("../city/luoyang/suggest.model")).unwrap()).unwrap()
}

#[test]
fn the_texts_kept_back_are_of_every_category_and_in_no_training() {
    let held_out = held_out();
    assert!(held_out.len() >= 300, "{} texts", held_out.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in &held_out {
        *counts.entry(&example.label).or_default() += 1;
    }
    let model = model();
    assert!(
        model
            .labels()
            .iter()
            .all(|label| counts.get(label.as_str()) == Some(&2))
    );
    let mut trained = HashSet::new();
    for entry in std::fs::read_dir(folder("../city/luoyang/training")).unwrap() {
        trained.extend(
            examples(&entry.unwrap().path())
                .into_iter()
                .map(|example| example.text),
        );
    }
    assert!(held_out.iter().all(|example| !trained.contains(&example.text)));
}

#[test]
fn hard_texts_get_the_right_category_first_or_among_three() {
    let (model, held_out) = (model(), held_out());
    let right_among = |most: usize| {
        let is_hit = |example: &&Example| {
            let mut given = model.suggest(&example.text, most).into_iter();
            given.any(|ranked| ranked.label == example.label)
        };
        held_out.iter().filter(is_hit).count() as f64 / held_out.len() as f64
    };
    let (first, three) = (right_among(1), right_among(3));
    println!("right first {first:.3}, among three {three:.3}");
    assert!(first >= 0.75, "first {first}");
    assert!(three >= 0.88, "among three {three}");
}

#[test]
fn what_is_sure_is_right_and_confidence_means_what_it_says() {
    let report = evaluate(&model(), &held_out(), LIMIT);
    println!(
        "calibration error {:.3}, at {LIMIT} {:.3} of the texts, {:.3} of them right",
        report.calibration_error, report.coverage, report.precision
    );
    assert!(report.calibration_error <= 0.08, "{}", report.calibration_error);
    assert!(report.precision >= 0.95, "precision {}", report.precision);
    assert!(report.coverage >= 0.45, "coverage {}", report.coverage);
}
