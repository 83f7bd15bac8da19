//! How likely two reports are one matter, and why.
//!
//! Where both have a place and a kind, kind and distance decide, and the text refines: a logistic model fitted on pairs of
//! our own (`tests/judged/matters.csv`). Otherwise the text decides, calibrated on judged pairs of real messages
//! (`tests/judged/pairs.csv`). The weight of time is a plain assumption that `docs/insight.md` names as such.

use std::collections::BTreeMap;
use std::hash::Hash;

use chrono::{DateTime, Utc};

use crate::similar::features::{Features, runs, term};
use crate::similar::index::Index;
use crate::similar::kinds::Kinds;
use crate::similar::wording::Wording;

/// The model of kind and place: log odds, fitted by `examples/matters.rs`.
mod placed {
    pub(super) const BASE: f64 = -2.24;
    /// Of one kind, and of another kind of the same group.
    pub(super) const SAME_KIND: f64 = 6.14;
    pub(super) const SAME_GROUP: f64 = 0.78;
    /// For each e-fold of the distance beyond [`SPOT_M`].
    pub(super) const DISTANCE: f64 = -2.46;
    pub(super) const SPOT_M: f64 = 100.0;
    /// If all words of the shorter text stand in the longer.
    pub(super) const WORDS: f64 = 0.75;
    /// If both name parts of the site, and different ones.
    pub(super) const OTHER_PARTS: f64 = -4.0;
}

/// Log odds of one matter at cosine 0, and per unit of cosine: a logistic regression on the judged pairs,
/// weighted back to how often such pairs occur.
const TEXT_BASE: f64 = -6.65;
const TEXT_SLOPE: f64 = 28.0;
/// Log odds of one matter where one of the two says nothing yet: it speaks neither for nor against, and what
/// remains is how often two open matters of one spot and one category are one.
const NO_TEXT: f64 = -1.5;
/// Log odds that two reports of one spot gain, and how they fall with distance.
const SAME_SPOT: f64 = 1.5;
const DISTANCE_FALL: f64 = 1.2;
const SPOT_KM: f64 = 0.3;
const FARTHEST: f64 = -3.0;
/// Log odds for the same category, and against another one.
const CATEGORY: f64 = 0.7;
/// Days within which time says nothing; log odds lost for each day more, and at most.
const FRESH_DAYS: f64 = 30.0;
const DAILY_FADE: f64 = 0.01;
const OLDEST: f64 = -1.5;
/// Shared words shown.
const MAX_WORDS: usize = 6;

/// A report as it is compared.
#[derive(Clone, Debug)]
pub struct TextDocument<'a> {
    /// Terms of the text.
    pub features: &'a Features,
    /// WGS-84 degrees, longitude first.
    pub place: Option<(f64, f64)>,
    /// Its kinds.
    pub kinds: &'a Kinds,
    /// The words of its problem and the parts of the site.
    pub wording: &'a Wording,
    /// When it was reported.
    pub at: DateTime<Utc>,
}

/// Why two reports are taken for one matter or not.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchScore {
    /// 0 to 1: of pairs with this score, so many are one matter.
    pub probability: f64,
    /// Similarity of the texts, 0 to 1.
    pub text_similarity: f64,
    /// Distance in metres; `None` if a place is unknown.
    pub distance_m: Option<f64>,
    /// Probability that both are of one kind; `None` if the kind of one is unknown.
    pub same_kind: Option<f64>,
    /// Whether both name parts of one site, and different ones.
    pub other_parts: bool,
    /// Days between the reports.
    pub days_apart: i64,
}

/// Compares two reports; `index` says how rare words are.
#[must_use]
pub fn same_matter<K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    a: &TextDocument<'_>,
    b: &TextDocument<'_>,
) -> MatchScore {
    let text_similarity = f64::from(index.similarity(a.features, b.features));
    let distance_m = a.place.zip(b.place).map(|(a, b)| distance_km(a, b) * 1_000.0);
    let agreement = a.kinds.agreement(b.kinds);
    let days = (a.at - b.at).num_days().abs();
    let other_parts = a.wording.names_other_parts(b.wording);
    let odds = match (distance_m, agreement) {
        (Some(metres), Some(agreement)) => {
            let words = a.wording.overlap(b.wording).unwrap_or(0.0);
            placed::BASE
                + placed::SAME_KIND * agreement.kind
                + placed::SAME_GROUP * agreement.group
                + placed::DISTANCE * (metres / placed::SPOT_M).ln_1p()
                + placed::WORDS * words * agreement.kind
                + if other_parts { placed::OTHER_PARTS } else { 0.0 }
        }
        _ => by_text(a, b, text_similarity) + distance_m.map_or(0.0, |metres| of_distance(metres / 1_000.0)),
    };
    let odds = odds + (-DAILY_FADE * (days as f64 - FRESH_DAYS).max(0.0)).max(OLDEST);
    MatchScore {
        probability: 1.0 / (1.0 + (-odds).exp()),
        text_similarity,
        distance_m,
        same_kind: agreement.map(|agreement| agreement.kind),
        other_parts,
        days_apart: days,
    }
}

/// Log odds where place or kind is unknown.
fn by_text(a: &TextDocument<'_>, b: &TextDocument<'_>, similarity: f64) -> f64 {
    let of_text = if a.features.is_empty() || b.features.is_empty() {
        NO_TEXT
    } else {
        TEXT_BASE + TEXT_SLOPE * similarity
    };
    let of_kind = a
        .kinds
        .agreement(b.kinds)
        .map_or(0.0, |agreement| CATEGORY * (2.0 * agreement.kind - 1.0));
    of_text + of_kind
}

fn of_distance(km: f64) -> f64 {
    (SAME_SPOT - DISTANCE_FALL * (1.0 + km / SPOT_KM).ln()).max(FARTHEST)
}

/// On a sphere of the earth's mean radius; a few metres' error over a city.
fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    const RADIUS_KM: f64 = 6_371.0;
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(a.1, b.1) + a.1.to_radians().cos() * b.1.to_radians().cos() * half(a.0, b.0);
    2.0 * RADIUS_KM * chord.sqrt().min(1.0).asin()
}

/// The words and names that stand in both, the rarest first; a word that stands in a pair is not said twice.
#[must_use]
pub fn shared_words<K: Copy + Eq + Hash + Ord + Send + Sync>(
    index: &Index<K>,
    a: &str,
    b: &str,
) -> Vec<String> {
    let (mine, theirs) = (phrases(a), phrases(b));
    let mut shared: Vec<(f32, String)> = mine
        .into_iter()
        .filter(|(text, _)| theirs.contains_key(text))
        .map(|(text, term)| (index.rarity(term), text))
        .collect();
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut kept: Vec<String> = Vec::new();
    for (_, text) in shared {
        if kept.len() < MAX_WORDS
            && !kept
                .iter()
                .any(|other| other.contains(&text) || text.contains(other.as_str()))
        {
            kept.push(text);
        }
    }
    kept
}

/// The words of two characters and more, and the pairs, with their terms.
pub fn phrases(text: &str) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    runs(text, |run| {
        for word in run.iter().filter(|word| word.chars().nth(1).is_some()) {
            found.insert((*word).to_owned(), term(&[word]));
        }
        for pair in run.windows(2) {
            found.insert(pair.concat(), term(pair));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "南昌路中学门口每晚占道摆摊，油烟很大";
    const AGAIN: &str = "南昌路中学门口摆摊的越来越多，晚上走不动";
    const OTHER: &str = "王城公园的路灯坏了三盏";

    fn kinds(code: Option<&str>) -> Kinds {
        code.map_or_else(Kinds::default, Kinds::chosen)
    }

    fn compare(b: &str, place: Option<(f64, f64)>, category: Option<&'static str>, days: i64) -> MatchScore {
        let mut index = Index::default();
        for (key, text) in [ONE, AGAIN, OTHER].iter().enumerate() {
            index.add(key, Features::of("", text));
        }
        let (mine, theirs) = (Features::of("", ONE), Features::of("", b));
        let (own_kinds, their_kinds) = (kinds(Some("0101")), kinds(category));
        let (own_wording, their_wording) = (Wording::of(ONE), Wording::of(b));
        let at = DateTime::<Utc>::from_timestamp(1_700_000_000, 0).unwrap();
        let a = TextDocument {
            features: &mine,
            place: Some((112.43, 34.66)),
            kinds: &own_kinds,
            wording: &own_wording,
            at,
        };
        let b = TextDocument {
            features: &theirs,
            place,
            kinds: &their_kinds,
            wording: &their_wording,
            at: at + chrono::TimeDelta::days(days),
        };
        same_matter(&index, &a, &b)
    }

    #[test]
    fn each_reason_moves_the_score_its_own_way() {
        let here = Some((112.4301, 34.6601));
        let there = Some((112.60, 34.70));
        let known = compare(AGAIN, here, Some("0101"), 1).probability;
        assert!(
            known > compare(AGAIN, there, Some("0101"), 1).probability,
            "distance"
        );
        assert!(
            known > compare(AGAIN, here, Some("0203"), 1).probability,
            "category"
        );
        assert!(
            known > compare(AGAIN, here, Some("0101"), 120).probability,
            "time"
        );
        assert!(known > compare(OTHER, here, Some("0101"), 1).probability, "text");
        assert!(
            compare(OTHER, here, Some("0101"), 1).probability > 0.3,
            "one kind at one spot"
        );
        assert!(known > 0.9);
        assert!(compare(OTHER, there, None, 1).probability < 0.05);
    }

    #[test]
    fn what_says_nothing_yet_speaks_neither_for_nor_against() {
        let here = Some((112.43, 34.66));
        let silent = "";
        assert!(compare(silent, here, Some("0101"), 1).probability > 0.6);
        assert!(compare(silent, here, Some("0203"), 1).probability < 0.4);
        assert!(compare(silent, Some((112.436, 34.66)), Some("0101"), 1).probability < 0.5);
    }

    #[test]
    fn it_says_why() {
        let reasons = compare(AGAIN, Some((112.43, 34.6645)), None, 3);
        let mut index = Index::default();
        index.add(0, Features::of("", ONE));
        let shared = shared_words(&index, ONE, AGAIN);
        assert!(shared.iter().any(|word| word.contains("南昌")), "{shared:?}");
        assert!((reasons.distance_m.unwrap() - 500.0).abs() < 2.0);
        assert_eq!((reasons.same_kind, reasons.days_apart), (None, 3));
    }
}
