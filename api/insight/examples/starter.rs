//! Evaluates a pack's starter model: cross-validated accuracy of categories and first-level categories, coverage and
//! precision at each limit of confidence.
//!
//! The policy's `min_confidence` is chosen from this table.
//!
//! `cargo run --release -p insight --example starter -- [PACK FOLDER [MODEL FILE]]`. With a second argument the model is
//! written, as `zhitong classify train --pack` writes it. `--wrong` lists the texts kept back that are answered wrongly,
//! `--confused` the pairs of categories that are taken for one another most often in the folds of the training texts.

#![expect(clippy::print_stdout, reason = "prints figures")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use insight::classify::{Evaluation, Example, Model, Settings, evaluate, train};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let pack = files
        .next()
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../city/luoyang")));
    let (anchors, parents) = categories(&pack.join("categories.csv"))?;
    let mut texts = Vec::new();
    let held_out = examples(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/suggestion/held_out.csv"
    )))?;
    let mut parts: Vec<PathBuf> = std::fs::read_dir(pack.join("training"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    parts.sort();
    for file in parts {
        texts.extend(examples(&file)?);
    }
    // As a pack's model is trained: codes of two figures name the first level, no start from naive Bayes.
    let settings = Settings {
        prior: 0.0,
        family_chars: 2,
        curve: false,
        ..Settings::default()
    };
    let began = Instant::now();
    let (model, report) = train(&texts, &anchors, settings)?;
    if let Some(file) = files.next() {
        std::fs::write(file, model.to_bytes())?;
    }
    println!(
        "{} texts, {} categories, {:.1?}, {} bytes",
        report.texts,
        report.labels.len(),
        began.elapsed(),
        model.to_bytes().len()
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
    print_limits(&report);
    if std::env::args().any(|argument| argument == "--confused") {
        print_confused(&report);
    }
    println!("\n{} texts kept back", held_out.len());
    print_held_out(&model, &held_out);
    print_limits(&evaluate(&model, &held_out, settings.min_confidence));
    Ok(())
}

/// Right and given category of the most frequent mistakes in the folds.
fn print_confused(report: &Evaluation) {
    const MOST: usize = 80;
    let mut pairs = Vec::new();
    for (right, row) in report.labels.iter().zip(&report.confusion) {
        for (given, times) in report.labels.iter().zip(row) {
            if right != given && *times > 0 {
                pairs.push((*times, right, given));
            }
        }
    }
    pairs.sort_by(|a, b| b.cmp(a));
    for (times, right, given) in pairs.iter().take(MOST) {
        println!("{right} taken for {given}: {times}");
    }
}

fn print_limits(report: &Evaluation) {
    println!("calibration error {:.4}", report.calibration_error);
    for at in &report.limits {
        println!(
            "limit {:.2}: coverage {:.3}, precision {:.3}",
            at.limit, at.coverage, at.precision
        );
    }
}

/// How often the right category is the first, or among the first three.
fn print_held_out(model: &Model, held_out: &[Example]) {
    for most in [1, 3] {
        let is_hit = |example: &&Example| {
            let mut given = model.suggest(&example.text, most).into_iter();
            given.any(|ranked| ranked.label == example.label)
        };
        let hits = held_out.iter().filter(is_hit).count();
        println!(
            "right among the first {most}: {:.4}",
            hits as f64 / held_out.len() as f64
        );
    }
    if std::env::args().any(|argument| argument == "--wrong") {
        for example in held_out {
            let given = model.suggest(&example.text, 3);
            if given.first().is_none_or(|best| best.label != example.label) {
                let given: Vec<String> = given
                    .iter()
                    .map(|ranked| format!("{} {:.2}", ranked.label, ranked.confidence))
                    .collect();
                println!("{} {} → {}", example.label, example.text, given.join(", "));
            }
        }
    }
}

/// Lines of a category's code and a text.
fn examples(file: &Path) -> Result<Vec<Example>, csv::Error> {
    let mut examples = Vec::new();
    for record in csv::Reader::from_path(file)?.records() {
        let record = record?;
        let field = |at: usize| record.get(at).unwrap_or_default().to_owned();
        examples.push(Example {
            label: field(0),
            text: field(1),
        });
    }
    Ok(examples)
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
