//! Reads messages and compares found topics with judged ones; shared by `corpus.rs` and `real_messages.rs`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use chrono::DateTime;
use insight::similar::{Features, Index, Kinds, TextDocument, Wording, same_matter};
use insight::topics::{Message, Topic};

/// A judged group of messages: whether it is one matter, and the ids of its messages.
pub struct Judged {
    pub real: bool,
    /// Whether it counts for recall.
    pub is_wanted: bool,
    pub ids: BTreeSet<String>,
}

/// How well found topics agree with judged ones.
pub struct Agreement {
    /// Share of found topics of which most messages belong to one real judged topic.
    pub precision: f64,
    /// Share of wanted judged topics of which one found topic holds at least three fifths.
    pub recall: f64,
    /// Messages of the largest found topic.
    pub largest: usize,
}

/// Reads all rows of a CSV file with a heading.
pub fn rows(path: &Path) -> Vec<csv::StringRecord> {
    let reader = csv::Reader::from_path(path);
    let mut reader = reader.unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    reader.records().map(Result::unwrap).collect()
}

/// Reads the columns id, reporter, time, subject and text.
pub fn messages(rows: &[csv::StringRecord]) -> Vec<Message> {
    let message = |row: &csv::StringRecord| Message {
        id: row[0].to_owned(),
        reporter: row[1].to_owned(),
        at: row[2].parse().unwrap(),
        subject: row[3].to_owned(),
        text: row[4].to_owned(),
    };
    rows.iter().map(message).collect()
}

/// Compares the found topics with the judged ones. A found topic that nobody has judged counts as wrong.
pub fn agreement(topics: &[Topic], judged: &[Judged]) -> Agreement {
    let overlap = |topic: &Topic, ids: &BTreeSet<String>| {
        let known = |id: &&String| ids.contains(*id);
        topic.orders.iter().filter(known).count()
    };
    let right = topics.iter().filter(|topic| {
        let nearest = judged.iter().max_by_key(|group| overlap(topic, &group.ids));
        nearest.is_some_and(|group| group.real && overlap(topic, &group.ids) * 2 > topic.orders.len())
    });
    let precision = right.count() as f64 / topics.len() as f64;
    let wanted: Vec<&Judged> = judged.iter().filter(|group| group.is_wanted).collect();
    let found = wanted.iter().filter(|group| {
        let holds = |topic: &Topic| overlap(topic, &group.ids) * 5 >= group.ids.len() * 3;
        topics.iter().any(holds)
    });
    let recall = found.count() as f64 / wanted.len() as f64;
    let largest = topics.iter().map(|topic| topic.orders.len()).max().unwrap_or(0);
    println!(
        "{} topics, largest {largest}: precision {precision:.3}, recall {recall:.3} of {}",
        topics.len(),
        wanted.len()
    );
    Agreement {
        precision,
        recall,
        largest,
    }
}

/// How well pairs with place and category are told apart at 0.5.
pub struct PairQuality {
    pub recall: f64,
    pub precision: f64,
    /// Expected calibration error over five bins.
    pub calibration_error: f64,
}

impl fmt::Display for PairQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "recall {:.3}, precision {:.3}, calibration error {:.3}",
            self.recall, self.precision, self.calibration_error
        )
    }
}

/// Judges rows of kind (`same` or another word), category and text of two reports, and metres between them.
pub fn placed_pairs(rows: &[csv::StringRecord]) -> PairQuality {
    let pairs: Vec<(bool, f64)> = rows
        .iter()
        .map(|row| (row[0].trim_start_matches('\u{feff}') == "same", placed_pair(row)))
        .collect();
    let count =
        |chosen: &dyn Fn(&(bool, f64)) -> bool| pairs.iter().filter(|pair| chosen(pair)).count() as f64;
    let hits = count(&|(same, probability)| *same && *probability >= 0.5);
    let mut calibration_error = 0.0;
    for bin in 0..5 {
        let inside = |probability: f64| (probability * 5.0).floor().min(4.0) as usize == bin;
        let chosen: Vec<_> = pairs
            .iter()
            .filter(|(_, probability)| inside(*probability))
            .collect();
        let said: f64 = chosen.iter().map(|(_, probability)| probability).sum();
        let same = chosen.iter().filter(|(same, _)| *same).count() as f64;
        calibration_error += (said - same).abs() / pairs.len() as f64;
    }
    PairQuality {
        recall: hits / count(&|(same, _)| *same),
        precision: hits / count(&|(_, probability)| *probability >= 0.5),
        calibration_error,
    }
}

/// Probability that both are one matter, sent on one day.
fn placed_pair(row: &csv::StringRecord) -> f64 {
    let metres: f64 = row[5].parse().unwrap();
    let index: Index<usize> = Index::default();
    let (first, second) = (Features::of("", &row[2]), Features::of("", &row[4]));
    let (kind, other_kind) = (Kinds::chosen(&row[1]), Kinds::chosen(&row[3]));
    let (wording, other_wording) = (Wording::of(&row[2]), Wording::of(&row[4]));
    let a = TextDocument {
        features: &first,
        place: Some((112.43, 34.66)),
        kinds: &kind,
        wording: &wording,
        at: DateTime::UNIX_EPOCH,
    };
    let b = TextDocument {
        features: &second,
        place: Some((112.43, 34.66 + metres / 111_195.0)),
        kinds: &other_kind,
        wording: &other_wording,
        ..a
    };
    same_matter(&index, &a, &b).probability
}
