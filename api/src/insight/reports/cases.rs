//! Pure: the typical case of a problem: an order that was handled to the end and shows it, with its photos.

use std::collections::HashMap;

use entity::ids::PhotoId;
use entity::kinds::{PhotoRole, Satisfaction, Status};
use entity::order;

use crate::insight::reports::body::CasePhoto;
use crate::insight::reports::facts::{ComparedPeriod, ReportFact};
use crate::insight::reports::slice::{Dimension, Measure};
use crate::orders::paper::times;
use crate::overview::facts::OutcomeKind;

/// Characters of what the delegate wrote.
const QUOTED: usize = 45;
/// Orders per problem whose photos are looked up.
pub const CANDIDATES: usize = 40;

/// A typical case as the report tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFact {
    pub said: String,
    /// Before and after; empty unless there are both.
    pub photos: Vec<CasePhoto>,
}

/// A photo of an order.
#[derive(Clone, Copy, Debug)]
pub struct OrderPhotoFact {
    pub id: PhotoId,
    pub role: PhotoRole,
    pub round: i32,
}

/// An order that may be the case, with what is shown of it.
pub struct Candidate<'a> {
    pub order: &'a order::Model,
    pub fact: &'a ReportFact,
    pub photos: &'a [OrderPhotoFact],
    pub area: &'a str,
    pub unit: &'a str,
}

/// The facts of a problem that come into question, the likeliest first.
#[must_use]
pub fn candidates<'a>(facts: &'a [ReportFact], of: &Dimension) -> Vec<&'a ReportFact> {
    let mut found: Vec<&ReportFact> = facts
        .iter()
        .filter(|fact| of.holds(fact) && Measure::Arrived.times(fact, ComparedPeriod::Now) > 0)
        .collect();
    found.sort_by_key(|fact| (std::cmp::Reverse(told(fact)), fact.number.clone()));
    found.truncate(CANDIDATES);
    found
}

/// How much of a story an order has.
fn told(fact: &ReportFact) -> u8 {
    let judged = last_verdict(fact).is_some();
    4 * u8::from(judged) + 2 * u8::from(fact.status == Status::Closed) + u8::from(fact.round > 1)
}

fn last_verdict(fact: &ReportFact) -> Option<Satisfaction> {
    fact.decided.iter().rev().find_map(|decided| match decided.what {
        OutcomeKind::Verdict { result, .. } => Some(result),
        _ => None,
    })
}

/// The best of the candidates: with photos of before and after if there is one.
#[must_use]
pub fn choose(candidates: &[Candidate<'_>]) -> Option<CaseFact> {
    let with_photos = candidates.iter().find(|candidate| pair(candidate).is_some());
    let chosen = with_photos.or_else(|| candidates.first())?;
    Some(CaseFact {
        said: said(chosen),
        photos: pair(chosen).unwrap_or_default(),
    })
}

/// The first photo of the report and the last of the answer.
fn pair(candidate: &Candidate<'_>) -> Option<Vec<CasePhoto>> {
    let mut before = candidate
        .photos
        .iter()
        .filter(|photo| photo.role == PhotoRole::Before);
    let mut after: Vec<_> = candidate
        .photos
        .iter()
        .filter(|photo| photo.role == PhotoRole::After)
        .collect();
    after.sort_by_key(|photo| photo.round);
    let (before, after) = (before.next()?, after.pop()?);
    let caption = |when: &str| format!("{when}（工单{}）", candidate.fact.number);
    Some(vec![
        CasePhoto {
            photo: before.id,
            caption: caption("办理前"),
        },
        CasePhoto {
            photo: after.id,
            caption: caption("办理后"),
        },
    ])
}

fn said(candidate: &Candidate<'_>) -> String {
    let Candidate {
        order,
        fact,
        area,
        unit,
        ..
    } = candidate;
    let place = order.address.as_deref().unwrap_or_default();
    let place = match (*area, place) {
        (area, place) if place.starts_with(area) => place.to_owned(),
        (area, place) => format!("{area}{place}"),
    };
    let unit = if unit.is_empty() {
        "该件尚待派单".to_owned()
    } else {
        format!("由{unit}办理")
    };
    format!(
        "典型案例：{}，代表反映{place}“{}”（工单{}），{unit}，{}。",
        times::day(fact.day),
        quoted(&order.description),
        fact.number,
        ended(fact),
    )
}

/// Its outcome.
fn ended(fact: &ReportFact) -> String {
    let round = if fact.round > 1 {
        format!("经第 {} 次办理，", fact.round)
    } else {
        String::new()
    };
    match (fact.status, last_verdict(fact)) {
        (Status::Closed, Some(result)) => {
            format!("{round}代表评价{}，已办结", result.label())
        }
        (Status::Closed, None) => format!("{round}已办结"),
        (_, Some(result)) => format!("代表曾评价{}，目前正在第 {} 次办理", result.label(), fact.round),
        (_, None) => "目前正在办理".to_owned(),
    }
}

/// The beginning of a text as a quotation in one line.
fn quoted(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(['。', '！', '!', '.', '；']);
    let mut short: String = line.chars().take(QUOTED).collect();
    if line.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short.replace(['“', '”'], "'")
}

/// The cases of several problems: each is told once, under the first problem that it belongs to.
#[must_use]
pub fn without_repeats(cases: Vec<(Dimension, CaseFact)>) -> HashMap<Dimension, CaseFact> {
    let mut known: Vec<String> = Vec::new();
    let mut kept = HashMap::new();
    for (of, case) in cases {
        if !known.contains(&case.said) {
            known.push(case.said.clone());
            kept.insert(of, case);
        }
    }
    kept
}
