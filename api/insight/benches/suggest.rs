//! How fast a suggestion is: `cargo bench -p insight --bench suggest -- MODEL TEXTS.csv…`.
//!
//! Without arguments, the built-in pack's. Prints figures; the dictionary's load is measured apart from the model's.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use insight::classify::Model;

const ROUNDS: u32 = 20;
/// Texts are asked again and again for so long, on one core.
const ASKED_FOR: Duration = Duration::from_secs(3);

fn main() {
    let pack = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../city/luoyang"));
    let given: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let (model, files) = match given.split_first() {
        Some((model, files)) => (model.clone(), files.to_vec()),
        None => (pack.join("suggest.model"), training(&pack)),
    };
    let Ok(bytes) = std::fs::read(&model) else {
        println!("{} cannot be read", model.display());
        return;
    };
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        let _ = black_box(Model::from_bytes(black_box(&bytes)));
    }
    let load = begun.elapsed() / ROUNDS;
    let Ok(model) = Model::from_bytes(&bytes) else {
        println!("{} is no model", model.display());
        return;
    };
    println!(
        "model {:.2} MB, {} categories, {} features, loads in {load:.1?}",
        bytes.len() as f64 / 1e6,
        model.labels().len(),
        model.features()
    );
    let begun = Instant::now();
    black_box(model.suggest("路灯不亮", 1));
    println!("dictionary loads in {:.1?}", begun.elapsed());
    let texts: Vec<String> = files.iter().flat_map(texts).collect();
    let mut asked = 0_u32;
    let begun = Instant::now();
    for text in texts.iter().cycle() {
        black_box(model.suggest(black_box(text), 5));
        asked += 1;
        if begun.elapsed() > ASKED_FOR {
            break;
        }
    }
    let rate = f64::from(asked) / begun.elapsed().as_secs_f64();
    println!("{} texts, {rate:.0} suggestions/s on one core", texts.len());
}

fn training(pack: &std::path::Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(pack.join("training"));
    folder
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

fn texts(file: &PathBuf) -> Vec<String> {
    let Ok(mut reader) = csv::Reader::from_path(file) else {
        return Vec::new();
    };
    let last = |record: csv::StringRecord| record.iter().next_back().map(str::to_owned);
    reader.records().flatten().filter_map(last).collect()
}
