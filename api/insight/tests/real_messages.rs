//! Held against real messages that were read and judged. The messages themselves are not in this
//! repository: `../shared/data/citizen_messages_2019H1.csv`, seen from its root.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail that way"
)]

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use insight::similar::{Features, Index, TextDocument, same_matter};
use insight::topics::{Message, Settings, analyse};

const MESSAGES: &str = "shared/data/citizen_messages_2019H1.csv";

fn messages() -> Vec<Message> {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let path: PathBuf = above
        .find_map(|folder| Some(folder.join(MESSAGES)).filter(|path| path.is_file()))
        .unwrap_or_else(|| panic!("../{MESSAGES} is missing: this test reads the real messages there"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        Message {
            id: row[0].to_owned(),
            reporter: row[1].to_owned(),
            at: row[2].parse().unwrap(),
            subject: row[3].to_owned(),
            text: row[4].to_owned(),
        }
    });
    rows.collect()
}

fn judged(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/judged")
        .join(name);
    csv::Reader::from_path(path)
        .unwrap()
        .records()
        .map(Result::unwrap)
        .collect()
}

/// `one`: one concrete thing; `kind`: one problem in several places, which a committee would follow as
/// well; `mixed`: several matters. A topic nobody has judged counts as wrong.
#[test]
fn the_topics_of_half_a_year_are_real() {
    let topics = analyse(messages(), Settings::default(), |_, _| {});
    let judged: Vec<(String, BTreeSet<String>)> = judged("topics.csv")
        .iter()
        .map(|row| (row[0].to_owned(), row[1].split(' ').map(str::to_owned).collect()))
        .collect();
    let overlap =
        |topic: &[String], ids: &BTreeSet<String>| topic.iter().filter(|id| ids.contains(*id)).count();
    let real = |verdict: &str| verdict != "mixed";
    let right = topics.iter().filter(|topic| {
        let nearest = judged
            .iter()
            .max_by_key(|(_, ids)| overlap(&topic.orders, ids))
            .unwrap();
        real(&nearest.0) && overlap(&topic.orders, &nearest.1) * 2 > topic.orders.len()
    });
    let precision = right.count() as f64 / topics.len() as f64;
    let wanted: Vec<_> = judged.iter().filter(|(verdict, _)| real(verdict)).collect();
    let found = wanted.iter().filter(|(_, ids)| {
        topics
            .iter()
            .any(|topic| overlap(&topic.orders, ids) * 5 >= ids.len() * 3)
    });
    let recall = found.count() as f64 / wanted.len() as f64;
    println!(
        "{} topics: precision {precision:.3}, recall {recall:.3} of {}",
        topics.len(),
        wanted.len()
    );
    assert!(precision >= 0.85, "precision {precision}");
    assert!(recall >= 0.75, "recall {recall}");
    let largest = topics.iter().map(|topic| topic.orders.len()).max().unwrap();
    assert!(largest < 40, "one topic swallowed {largest} messages");
}

#[test]
fn pairs_judged_the_same_score_high_and_others_low() {
    let messages = messages();
    let mut index: Index<usize> = Index::default();
    for (key, message) in messages.iter().enumerate() {
        index.add(key, Features::of(&message.subject, &message.text));
    }
    index.recompute_norms();
    let by_id: HashMap<&str, usize> = messages
        .iter()
        .enumerate()
        .map(|(key, message)| (message.id.as_str(), key))
        .collect();
    let report = |id: &str| {
        let key = by_id[id];
        TextDocument {
            features: index.features(key).unwrap(),
            place: None,
            category: None,
            // The text alone is calibrated here; time would only take away.
            at: messages[0].at.to_utc(),
        }
    };
    let pairs = judged("pairs.csv");
    let mut in_stratum: HashMap<String, f64> = HashMap::new();
    for row in &pairs {
        *in_stratum.entry(row[3].to_owned()).or_default() += 1.0;
    }
    // Each pair stands for as many as its stratum holds for each one that was read.
    let (mut hit, mut said, mut same, mut all, mut brier) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for row in &pairs {
        let weight = row[4].parse::<f64>().unwrap() / in_stratum[&row[3]];
        let probability = same_matter(&index, &report(&row[0]), &report(&row[1])).probability;
        let is_same = &row[2] == "1";
        let truth = f64::from(u8::from(is_same));
        all += weight;
        same += weight * truth;
        brier += weight * (probability - truth).powi(2);
        if probability >= 0.5 {
            said += weight;
            hit += weight * truth;
        }
    }
    let (precision, recall, brier) = (hit / said, hit / same, brier / all);
    println!(
        "{} pairs: precision {precision:.3}, recall {recall:.3} at 0.5; Brier score {brier:.4}",
        pairs.len()
    );
    assert!(precision >= 0.83, "precision {precision}");
    assert!(recall >= 0.64, "recall {recall}");
    assert!(brier <= 0.05, "Brier score {brier}");
}
