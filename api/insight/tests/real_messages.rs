//! Measures topics and pairs on real messages that were read and judged. `tests/evaluate` runs it: the messages
//! are not part of this repository, and `TEST_SHARED_DATA` names their folder.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail that way, and the folder comes from the environment"
)]

mod scores;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use insight::similar::{Features, Index, TextDocument, same_matter};
use insight::topics::{Message, Settings, analyse};

use crate::scores::{Judged, agreement, messages, rows};

fn real_messages() -> Vec<Message> {
    let Some(folder) = std::env::var_os("TEST_SHARED_DATA") else {
        panic!("TEST_SHARED_DATA is not set; tests/evaluate runs this test with the real messages");
    };
    messages(&rows(&PathBuf::from(folder).join("citizen_messages_2019H1.csv")))
}

fn judged(name: &str) -> Vec<csv::StringRecord> {
    rows(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/judged")
            .join(name),
    )
}

/// `one`: one concrete matter; `kind`: one problem in several places, which a committee would follow as
/// well; `mixed`: several matters.
#[test]
fn the_topics_of_half_a_year_are_real() {
    let topics = analyse(real_messages(), Settings::default(), |_, _| {});
    let group = |row: &csv::StringRecord| Judged {
        real: &row[0] != "mixed",
        ids: row[1].split(' ').map(str::to_owned).collect(),
    };
    let judged: Vec<Judged> = judged("topics.csv").iter().map(group).collect();
    let found = agreement(&topics, &judged);
    assert!(found.precision >= 0.85, "precision {}", found.precision);
    assert!(found.recall >= 0.75, "recall {}", found.recall);
    assert!(found.largest < 40, "one topic holds {} messages", found.largest);
}

#[test]
fn pairs_judged_the_same_score_high_and_others_low() {
    let messages = real_messages();
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
            // Only the text is measured; a constant time neither adds nor takes away.
            at: messages[0].at.to_utc(),
        }
    };
    let pairs = judged("pairs.csv");
    let mut in_stratum: HashMap<String, f64> = HashMap::new();
    for row in &pairs {
        *in_stratum.entry(row[3].to_owned()).or_default() += 1.0;
    }
    // Each judged pair represents the pairs of its stratum: its weight is their number per judged pair.
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
