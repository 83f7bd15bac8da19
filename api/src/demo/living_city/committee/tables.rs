//! The tables of the committees' year, `demo/committee_year.toml` of the city pack.
//!
//! A date is a number of days before today; a negative one is in the future.

use anyhow::Context as _;
use entity::kinds::{ActivityKind, CampaignStage, OpinionKind};
use serde::Deserialize;

/// The file of the pack.
pub const FILE: &str = "demo/committee_year.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// The note of the inspections since then of subjects that the stories watch.
    pub routine_inspection: String,
    pub matters: Vec<Matter>,
    pub watch_lists: Vec<WatchList>,
    pub messages: Messages,
}

/// A matter under supervision. Units, counties, categories and committees are named as people name them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    pub title: String,
    pub category: String,
    /// `None` for the whole city.
    pub county: Option<String>,
    pub committee: String,
    pub opened: i64,
    /// How many orders it gathers at most.
    pub orders: u64,
    pub purpose: String,
    pub findings: String,
    /// `None` while it is under way.
    pub closing: Option<Closing>,
    pub stages: Vec<Stage>,
    pub activities: Vec<Activity>,
    pub opinions: Vec<Opinion>,
    pub measures: Vec<Measure>,
    #[serde(default)]
    pub votes: Vec<Vote>,
    #[serde(default)]
    pub counties: Vec<Task>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub days: i64,
    pub outcome: String,
    /// The problem does not become rarer.
    #[serde(default)]
    pub rebounds: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    pub stage: CampaignStage,
    pub days: i64,
    pub note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    pub kind: ActivityKind,
    pub days: i64,
    pub place: String,
    pub led_by: Option<String>,
    pub note: String,
    pub outcome: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    pub kind: OpinionKind,
    pub days: i64,
    pub due: i64,
    pub unit: String,
    pub title: String,
    pub text: String,
    pub replied: Option<i64>,
    pub reply: Option<String>,
    pub accepted: Option<i64>,
    pub decision: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub days: i64,
    pub due: i64,
    pub unit: String,
    pub text: String,
    pub done: Option<i64>,
    pub report: Option<String>,
    pub verified: Option<i64>,
    pub note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    pub days: i64,
    pub present: i32,
    pub satisfied: i32,
    pub basically: i32,
    pub dissatisfied: i32,
}

/// The task of a county in a matter of the whole city.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub county: String,
    pub days: i64,
    pub due: i64,
    pub text: String,
    /// The county's own survey, and when it was.
    pub activity: String,
    pub place: String,
    pub visited: i64,
    pub closed: i64,
    pub outcome: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchList {
    pub title: String,
    /// `None` for the whole city.
    pub county: Option<String>,
    pub committee: String,
    pub days: i64,
    /// The title of the matter that it comes from.
    pub matter: Option<String>,
    pub entries: Vec<Subject>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub subject: String,
    pub place: String,
    pub unit: String,
    pub reason: String,
    pub days: i64,
    /// Days between inspections.
    pub every: i32,
    /// Oldest first.
    pub inspections: Vec<Inspection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    pub days: i64,
    pub passed: bool,
    pub note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// How many orders were adopted from residents.
    pub adopted: usize,
    pub texts: Vec<Message>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub days: i64,
    /// Hour of the day.
    pub hour: u32,
    pub text: String,
    /// Hours until the answer; `None` while it waits.
    pub answered_after: Option<i64>,
    pub answer: Option<String>,
}

impl Tables {
    /// # Errors
    /// When the text is no such table.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).with_context(|| FILE.to_owned())
    }
}
