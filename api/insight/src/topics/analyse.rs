//! Finds the topics of a file of messages in one pass: `zhitong insight run --csv`.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;
use serde::Serialize;

use crate::similar::{Features, Index};
use crate::topics::describe::keywords;
use crate::topics::grouping::{GroupId, Grouping, MIN_REPORTERS, Settings};
use crate::topics::title::title;
use crate::topics::trend::{RECENT_DAYS, Status, trend};

/// Keywords told of a topic.
const KEYWORDS: usize = 6;
/// Messages are indexed in portions, so that progress can be told.
const PORTION: usize = 512;

/// A message as the file has it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Id of the report.
    pub id: String,
    /// Id of the reporter.
    pub reporter: String,
    /// When it was reported.
    pub at: DateTime<FixedOffset>,
    /// The heading.
    pub subject: String,
    /// The words.
    pub text: String,
}

/// A group of messages about one thing.
#[derive(Clone, Debug, Serialize)]
pub struct Topic {
    /// The heading of the message nearest to the group's middle, or its keywords where there is none.
    pub title: String,
    /// Terms that describe it, the strongest first.
    pub keywords: Vec<String>,
    /// Ids of the reports.
    pub orders: Vec<String>,
    /// Number of people who reported.
    pub reporters: usize,
    /// Time of the first report.
    pub first: DateTime<FixedOffset>,
    /// Time of the latest report.
    pub last: DateTime<FixedOffset>,
    /// Most orders within four weeks.
    pub peak: usize,
    /// Orders in the last four weeks of the file, and the number expected from the topic's past.
    pub recent: u32,
    /// Number of reports expected.
    pub expected: f64,
    /// Probability of a value at least as high by chance.
    pub p_value: f64,
    /// The present course.
    pub status: Status,
    /// How alike the messages are: mean cosine of two of them.
    pub coherence: f32,
    /// Sort key: distinct reporters, those of the busiest four weeks counted twice.
    pub strength: usize,
}

/// Groups messages and tells the topics, the strongest first. `progress` hears of steps done and of all.
#[must_use]
pub fn analyse(
    mut messages: Vec<Message>,
    settings: Settings,
    progress: impl Fn(usize, usize),
) -> Vec<Topic> {
    messages.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
    let all = messages.len() * 2;
    let mut index: Index<usize> = Index::default();
    for (portion, part) in messages.chunks(PORTION).enumerate() {
        let features: Vec<Features> = part
            .par_iter()
            .map(|message| Features::of(&message.subject, &message.text))
            .collect();
        for (offset, features) in features.into_iter().enumerate() {
            index.add(portion * PORTION + offset, features);
        }
        progress(index.len(), all);
    }
    index.recompute_norms();
    let mut grouping = Grouping::new(settings);
    let keys: Vec<usize> = (0..messages.len()).collect();
    grouping.assign(&index, &keys);
    progress(all, all);
    let found = Found {
        messages: &messages,
        index: &index,
        grouping: &grouping,
    };
    let mut topics: Vec<Topic> = grouping.ids().filter_map(|group| found.topic(group)).collect();
    topics.sort_by(|a, b| {
        b.strength
            .cmp(&a.strength)
            .then(b.coherence.total_cmp(&a.coherence))
    });
    topics
}

struct Found<'a> {
    messages: &'a [Message],
    index: &'a Index<usize>,
    grouping: &'a Grouping<usize>,
}

impl Found<'_> {
    fn topic(&self, group: GroupId) -> Option<Topic> {
        let members: Vec<&Message> = self
            .grouping
            .members(group)
            .filter_map(|key| self.messages.get(key))
            .collect();
        let coherence = self.grouping.coherence(group);
        let reporters = distinct(members.iter().copied());
        if reporters < MIN_REPORTERS || !self.grouping.is_topic(self.index, group) {
            return None;
        }
        let (first, last) = (members.first()?, members.last()?);
        let busiest = members.iter().map(|start| {
            let end = start.at + chrono::TimeDelta::days(RECENT_DAYS);
            let within = members
                .iter()
                .copied()
                .filter(move |other| other.at >= start.at && other.at < end);
            (distinct(within.clone()), within.count())
        });
        let (busy_reporters, peak) = busiest.max()?;
        let days: Vec<_> = members.iter().map(|message| message.at.date_naive()).collect();
        let today = self.messages.last()?.at.date_naive();
        let since = self.messages.first()?.at.date_naive();
        let recently = |message: &&Message| (today - message.at.date_naive()).num_days() < RECENT_DAYS;
        let looked_at = self.messages.iter().filter(recently).count();
        let course = trend(&days, today, since, looked_at)?;
        let headings = members.iter().map(|message| message.subject.as_str());
        let keywords = keywords(self.index, headings, KEYWORDS);
        Some(Topic {
            title: self.title(group).unwrap_or_else(|| keywords.join("、")),
            keywords,
            orders: members.iter().map(|message| message.id.clone()).collect(),
            reporters,
            first: first.at,
            last: last.at,
            peak,
            recent: course.recent,
            expected: course.expected,
            p_value: course.p_value,
            status: course.status,
            coherence,
            strength: reporters + busy_reporters,
        })
    }

    /// The heading of the member nearest to the middle.
    fn title(&self, group: GroupId) -> Option<String> {
        let near = |key: usize| {
            let features = self.index.features(key)?;
            Some((self.grouping.nearness(self.index, group, features), key))
        };
        let nearest = self
            .grouping
            .members(group)
            .filter_map(near)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let heading = title(&self.messages.get(nearest?.1)?.subject);
        (!heading.is_empty()).then_some(heading)
    }
}

fn distinct<'a>(messages: impl Iterator<Item = &'a Message>) -> usize {
    messages
        .map(|message| message.reporter.as_str())
        .collect::<BTreeSet<_>>()
        .len()
}
