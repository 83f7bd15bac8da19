//! Reads messages and compares found topics with judged ones; shared by `corpus.rs` and `real_messages.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use insight::topics::{Message, Topic};

/// A judged group of messages: whether it is one matter, and the ids of its messages.
pub struct Judged {
    pub real: bool,
    pub ids: BTreeSet<String>,
}

/// How well found topics agree with judged ones.
pub struct Agreement {
    /// Share of found topics of which most messages belong to one real judged topic.
    pub precision: f64,
    /// Share of real judged topics of which one found topic holds at least three fifths.
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
    let wanted: Vec<&Judged> = judged.iter().filter(|group| group.real).collect();
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
