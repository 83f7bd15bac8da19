//! The tables that the living city is drawn from, `demo/living_city.toml` of the city pack.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// The file of the pack.
pub const FILE: &str = "demo/living_city.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    pub seed: u64,
    /// Texts that do not say what they are about, for the newest reports: operators have to dispatch them. Each is used once.
    #[serde(default)]
    pub unclear: Vec<String>,
    pub words: Words,
    /// Relative number of reports per county, by name.
    pub counties: HashMap<String, f64>,
    pub kinds: Vec<Kind>,
    #[serde(default)]
    pub topics: Vec<Topic>,
    #[serde(default)]
    pub rises: Vec<Rise>,
    pub supervision: Supervision,
}

/// The words of supervision orders (督办单).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// Demands where the answer to the delegate is late.
    pub overdue: Vec<String>,
    /// Demands where a unit has many open orders.
    pub piling: Vec<String>,
    /// Answers of units.
    pub answers: Vec<String>,
}

/// The values of a text's placeholders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub spot: Vec<String>,
    pub when: Vec<String>,
    pub span: Vec<String>,
}

/// A kind of matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub category: String,
    pub weight: f64,
    /// Months (1 to 12) in which it is three times as common.
    pub months: Vec<u32>,
    pub texts: Vec<String>,
    pub replies: Vec<String>,
}

/// One matter that several delegates report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub category: String,
    pub county: String,
    pub township: String,
    pub name: String,
    pub reports: u32,
    pub weeks: u32,
    pub ends_days_ago: u32,
    pub texts: Vec<String>,
}

/// A category that becomes more common in some counties.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rise {
    pub category: String,
    pub counties: Vec<String>,
    pub per_week: u32,
    /// The last weeks before today.
    pub weeks: u32,
}

impl Tables {
    /// # Errors
    /// When the text is no such table, or a list that is drawn from is empty.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let tables: Self = toml::from_str(text).with_context(|| FILE.to_owned())?;
        let words = &tables.words;
        let lists = [&words.spot, &words.when, &words.span];
        let kinds = tables.kinds.iter().flat_map(|kind| [&kind.texts, &kind.replies]);
        let topics = tables.topics.iter().map(|topic| &topic.texts);
        let issued = &tables.supervision;
        let issued = [&issued.overdue, &issued.piling, &issued.answers];
        for list in lists.into_iter().chain(kinds).chain(topics).chain(issued) {
            ensure!(!list.is_empty(), "{FILE}: an empty list of words or texts");
        }
        ensure!(!tables.kinds.is_empty(), "{FILE}: no kinds");
        Ok(tables)
    }

    /// How common `kind` is in `month`, relative to the others.
    #[must_use]
    pub fn weight(kind: &Kind, month: u32) -> f64 {
        if kind.months.contains(&month) {
            kind.weight * 3.0
        } else {
            kind.weight
        }
    }
}
