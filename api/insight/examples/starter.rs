//! Evaluates a pack's starter model: cross-validated accuracy of categories and first-level categories, coverage and
//! precision at each limit of confidence. The policy's `min_confidence` is chosen from this table.
//!
//! `cargo run --release -p insight --example starter -- [PACK FOLDER]`

#![expect(clippy::print_stdout, reason = "prints figures")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use insight::classify::{Example, Settings, cross_validate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().nth(1).map(PathBuf::from);
    let pack =
        given.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../city/luoyang")));
    let (anchors, parents) = categories(&pack.join("categories.csv"))?;
    let mut texts = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(pack.join("training"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    for file in files {
        for record in csv::Reader::from_path(file)?.records() {
            let record = record?;
            let field = |at: usize| record.get(at).unwrap_or_default().to_owned();
            texts.push(Example {
                label: field(0),
                text: field(1),
            });
        }
    }
    // As a pack's model is trained: codes of two figures name the first level, no start from naive Bayes.
    let settings = Settings {
        prior: 0.0,
        family_chars: 2,
        ..Settings::default()
    };
    let began = Instant::now();
    let report = cross_validate(&texts, &anchors, settings)?;
    println!(
        "{} texts, {} categories, {:.1?}",
        report.texts,
        report.labels.len(),
        began.elapsed()
    );
    println!("accuracy {:.4}, macro F1 {:.4}", report.accuracy, report.macro_f1);
    let parent = |at: usize| report.labels.get(at).and_then(|label| parents.get(label));
    let mut of_family = 0;
    for (right, row) in report.confusion.iter().enumerate() {
        for (given, times) in row.iter().enumerate() {
            if parent(right) == parent(given) {
                of_family += times;
            }
        }
    }
    println!("first level {:.4}", f64::from(of_family) / report.texts as f64);
    println!("calibration error {:.4}", report.calibration_error);
    for at in &report.limits {
        println!(
            "limit {:.2}: coverage {:.3}, precision {:.3}",
            at.limit, at.coverage, at.precision
        );
    }
    Ok(())
}

/// The first-level category of each category, by codes.
type Parents = HashMap<String, String>;

/// Anchors: names and keywords of each category, together and one by one; and its parent.
fn categories(file: &Path) -> Result<(Vec<Example>, Parents), csv::Error> {
    let mut reader = csv::Reader::from_path(file)?;
    let heading = reader.headers()?.clone();
    let column = |name: &str| {
        heading
            .iter()
            .position(|column| column == name)
            .unwrap_or(usize::MAX)
    };
    let (code, parent, name, keywords) = (
        column("code"),
        column("parent"),
        column("name"),
        column("keywords"),
    );
    let (mut anchors, mut parents) = (Vec::new(), HashMap::new());
    for record in reader.records() {
        let record = record?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        if field(parent).is_empty() {
            continue;
        }
        let words: Vec<&str> = field(keywords).split_whitespace().collect();
        anchors.push(Example {
            text: format!("{}，{}", field(name), words.join("，")),
            label: field(code).to_owned(),
        });
        for word in words.iter().copied().chain([field(name)]) {
            anchors.push(Example {
                text: word.to_owned(),
                label: field(code).to_owned(),
            });
        }
        parents.insert(field(code).to_owned(), field(parent).to_owned());
    }
    Ok((anchors, parents))
}
