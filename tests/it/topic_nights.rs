//! Hot topics found night after night against one search of everything, on half a year of invented messages.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{OrderId, PersonId, TopicId};
use insight::similar::Features;
use zhitong::insight::topic_matching::{self, KnownTopic, TopicDelta};
use zhitong::orders::search::text_index::{IndexedOrders, Text};

/// Nights between two restarts.
const RESTARTS: usize = 7;

/// A message with the matter it is about, if it is about one that others report, too.
struct Reported {
    text: Text,
    features: Features,
    matter: Option<String>,
}

fn reported() -> Vec<Reported> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/insight/tests/corpus/messages.csv");
    let mut rows: Vec<csv::StringRecord> = csv::Reader::from_path(file)
        .unwrap()
        .records()
        .map(Result::unwrap)
        .collect();
    let at = |row: &csv::StringRecord| row[2].parse::<DateTime<Utc>>().unwrap();
    rows.sort_by_key(at);
    let mut people: HashMap<String, PersonId> = HashMap::new();
    rows.iter()
        .map(|row| {
            let reporter = people.entry(row[1].to_owned()).or_insert_with(PersonId::generate);
            let description = format!("{}。{}", &row[3], &row[4]);
            Reported {
                features: Features::of("", &description),
                text: Text {
                    // In order of time, as the product makes them.
                    id: OrderId::generate(),
                    created_at: at(row),
                    reporter_id: *reporter,
                    description,
                },
                matter: Some(row[5].to_owned()).filter(|matter| !matter.is_empty()),
            }
        })
        .collect()
}

fn add(recent: &mut IndexedOrders, reports: &[Reported]) {
    for report in reports {
        recent.add(&report.text, report.features.clone());
    }
}

fn indexed(reports: &[Reported]) -> IndexedOrders {
    let mut recent = IndexedOrders::default();
    add(&mut recent, reports);
    recent
}

fn ids(reports: &[Reported]) -> Vec<OrderId> {
    reports.iter().map(|report| report.text.id).collect()
}

/// The topics after a night, as the database keeps them.
fn after(mut known: Vec<KnownTopic>, deltas: &[TopicDelta]) -> Vec<KnownTopic> {
    for delta in deltas {
        known.retain(|topic| !delta.united.contains(&topic.id));
        if delta.is_new {
            known.push(KnownTopic {
                id: delta.topic,
                orders: Vec::new(),
                pinned: false,
            });
        }
        for topic in known.iter_mut().filter(|topic| topic.id == delta.topic) {
            topic.orders.retain(|order| !delta.take.contains(order));
            topic.orders.extend(&delta.add);
            topic.orders.sort_unstable();
        }
    }
    known
}

/// A delta without the name of a new topic, which is drawn by chance.
type Outcome = (Option<TopicId>, Vec<OrderId>, Vec<OrderId>, Vec<TopicId>);

fn outcomes(deltas: &[TopicDelta]) -> Vec<Outcome> {
    let outcome = |delta: &TopicDelta| {
        let name = (!delta.is_new).then_some(delta.topic);
        (name, delta.add.clone(), delta.take.clone(), delta.united.clone())
    };
    let mut outcomes: Vec<Outcome> = deltas.iter().map(outcome).collect();
    outcomes.sort();
    outcomes
}

/// Where each day's reports end.
fn day_ends(reports: &[Reported]) -> Vec<usize> {
    let day = |at: usize| -> Option<NaiveDate> { Some(reports.get(at)?.text.created_at.date_naive()) };
    (1..=reports.len())
        .filter(|end| day(*end) != day(*end - 1))
        .collect()
}

fn sets(known: &[KnownTopic]) -> BTreeSet<BTreeSet<OrderId>> {
    known
        .iter()
        .map(|topic| topic.orders.iter().copied().collect())
        .collect()
}

/// Share of the matters of three reports or more of which one topic holds three fifths.
fn recall(reports: &[Reported], topics: &BTreeSet<BTreeSet<OrderId>>) -> f64 {
    let mut matters: HashMap<&str, BTreeSet<OrderId>> = HashMap::new();
    for report in reports {
        if let Some(matter) = &report.matter {
            matters.entry(matter).or_default().insert(report.text.id);
        }
    }
    matters.retain(|_, orders| orders.len() >= 3);
    let is_found = |orders: &&BTreeSet<OrderId>| {
        let mut shared = topics.iter().map(|topic| topic.intersection(orders).count());
        shared.any(|shared| shared * 5 >= orders.len() * 3)
    };
    matters.values().filter(is_found).count() as f64 / matters.len() as f64
}

/// A replica that runs on has an index that grew; one that was restarted has read everything again.
#[test]
fn a_night_finds_the_same_after_a_restart() {
    let reports = reported();
    let mut running = IndexedOrders::default();
    let (mut known, mut from, mut found) = (Vec::new(), 0, 0);
    for (nth, end) in day_ends(&reports).into_iter().enumerate() {
        add(&mut running, &reports[from..end]);
        let fresh = ids(&reports[from..end]);
        let night = topic_matching::find(&running, &known, &fresh);
        known = if nth % RESTARTS == 0 {
            let restarted = topic_matching::find(&indexed(&reports[..end]), &known, &fresh);
            assert_eq!(
                outcomes(&night),
                outcomes(&restarted),
                "the night after {end} reports"
            );
            let known = after(known, &night);
            let again = topic_matching::find(&running, &known, &[]);
            assert_eq!(again, [], "a second search of one night finds nothing");
            known
        } else {
            after(known, &night)
        };
        found += night.len();
        from = end;
    }
    assert!(found > 10, "{found} changes");
}

/// A night sees what has come so far, one search of everything sees all at once, so a group at the limit may differ. What
/// people report as one matter is found either way.
#[test]
fn nights_find_what_one_search_of_everything_finds() {
    let reports = reported();
    let mut running = IndexedOrders::default();
    let (mut known, mut from) = (Vec::new(), 0);
    for end in day_ends(&reports) {
        add(&mut running, &reports[from..end]);
        let night = topic_matching::find(&running, &known, &ids(&reports[from..end]));
        known = after(known, &night);
        from = end;
    }
    let nights = sets(&known);
    let all = topic_matching::find(&indexed(&reports), &[], &ids(&reports));
    let rebuilt = sets(&after(Vec::new(), &all));
    let same = nights.intersection(&rebuilt).count();
    let (by_night, at_once) = (recall(&reports, &nights), recall(&reports, &rebuilt));
    println!(
        "{} topics of nights, {} at once, {same} the same; recall {by_night:.3} and {at_once:.3}",
        nights.len(),
        rebuilt.len()
    );
    assert!(same * 2 >= rebuilt.len(), "{same} of {}", rebuilt.len());
    assert!(by_night >= at_once - 0.1, "{by_night} and {at_once}");
}

/// All but the last day at once and that day as a night is all at once, but for at most one topic: a night does
/// not know the groups that were no topics yet.
#[test]
fn a_night_upon_a_rebuild_is_a_rebuild() {
    let reports = reported();
    let ends = day_ends(&reports);
    let (before, end) = (ends[ends.len() - 2], ends[ends.len() - 1]);
    let recent = indexed(&reports[..end]);
    let known = after(
        Vec::new(),
        &topic_matching::find(&recent, &[], &ids(&reports[..before])),
    );
    let night = topic_matching::find(&recent, &known, &ids(&reports[before..end]));
    let all = topic_matching::find(&recent, &[], &ids(&reports[..end]));
    let (by_night, at_once) = (sets(&after(known, &night)), sets(&after(Vec::new(), &all)));
    let other: Vec<_> = by_night.symmetric_difference(&at_once).collect();
    assert!(other.len() <= 2, "{other:?}");
    assert!(at_once.len() > 10, "{} topics", at_once.len());
}
