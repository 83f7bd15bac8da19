//! Pure: turns counts into figures, names codes, and phrases comparisons.

use std::collections::HashMap;

use entity::ids::TopicId;
use entity::kinds::TopicStatus;

use crate::insight::reports::body::{Figure, Run};
use crate::insight::reports::cases::CaseFact;
use crate::insight::reports::compare::{self, Change, MIN_DENOMINATOR};
use crate::insight::reports::facts::ComparedPeriod;
use crate::insight::reports::period::DateRange;
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::tally::Tally;

/// Names of codes and ids.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By county-level code.
    pub areas: HashMap<String, String>,
    /// By second-level code.
    pub categories: HashMap<String, String>,
    /// By id.
    pub units: HashMap<String, String>,
}

/// A group that `insight` has found, as a report speaks of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicFact {
    pub id: TopicId,
    pub title: String,
    pub areas: Vec<String>,
    pub status: TopicStatus,
    /// The number of days of the count, its expectation and its probability.
    pub window_days: i32,
    pub expected: f64,
    pub p_value: f64,
}

/// A special supervision in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignFact {
    pub title: String,
    pub closed: bool,
    pub outcome: Option<String>,
}

/// A county on the map; rings of longitude and latitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    pub code: String,
    pub rings: Vec<Vec<(f64, f64)>>,
}

/// The words of a rate.
#[derive(Clone, Copy, Debug)]
pub struct RateWords {
    pub name: &'static str,
    pub part: Measure,
    pub whole: Measure,
    /// The common property of the counted orders.
    pub met: &'static str,
}

/// The data that a report is written from.
pub struct Material<'a> {
    pub period: DateRange,
    pub tally: &'a Tally,
    pub names: &'a Names,
    pub topics: &'a [TopicFact],
    pub campaigns: &'a [CampaignFact],
    /// A typical case of a category or a topic.
    pub cases: &'a HashMap<Dimension, CaseFact>,
    pub outlines: &'a [Outline],
}

/// Collects the figures while the sections are written.
pub struct ReportWriter<'a> {
    pub from: &'a Material<'a>,
    figures: Vec<Figure>,
    known: HashMap<Slice, usize>,
}

impl<'a> ReportWriter<'a> {
    #[must_use]
    pub fn new(from: &'a Material<'a>) -> Self {
        Self {
            from,
            figures: Vec::new(),
            known: HashMap::new(),
        }
    }

    #[must_use]
    pub fn into_figures(self) -> Vec<Figure> {
        self.figures
    }

    #[must_use]
    pub fn count(&self, slice: &Slice) -> u64 {
        self.from.tally.count(slice)
    }

    /// The index of a count; it becomes a source of the report.
    pub fn figure(&mut self, slice: &Slice) -> usize {
        if let Some(known) = self.known.get(slice) {
            return *known;
        }
        let figure = Figure {
            key: slice.to_string(),
            label: self.label(slice),
            value: self.count(slice),
        };
        self.figures.push(figure);
        let at = self.figures.len() - 1;
        self.known.insert(slice.clone(), at);
        at
    }

    fn label(&self, slice: &Slice) -> String {
        let when = match slice.when {
            ComparedPeriod::Now => "",
            ComparedPeriod::Before => self.from.period.before_said(),
        };
        let of = slice.of.as_ref().map(|of| self.name(of)).unwrap_or_default();
        let gap = if of.is_empty() { "" } else { "·" };
        format!("{when}{of}{gap}{}", slice.measure.label())
    }

    /// Returns the name of a value of a dimension.
    #[must_use]
    pub fn name(&self, of: &Dimension) -> String {
        let names = self.from.names;
        let known = |map: &HashMap<String, String>, key: &String| map.get(key).cloned();
        match of {
            Dimension::Area(code) => known(&names.areas, code).unwrap_or_else(|| code.clone()),
            Dimension::Category(code) => known(&names.categories, code).unwrap_or_else(|| code.clone()),
            Dimension::CategoryArea(category, area) => {
                let category = self.name(&Dimension::Category(category.clone()));
                format!("{}{category}", self.name(&Dimension::Area(area.clone())))
            }
            Dimension::Unit(id) => known(&names.units, id).unwrap_or_else(|| "已撤销的单位".to_owned()),
            Dimension::Topic(id) => {
                let told = self.from.topics.iter().find(|topic| topic.id == *id);
                told.map_or_else(String::new, |topic| format!("“{}”", topic.title))
            }
            Dimension::Channel(channel) => channel.label().to_owned(),
            Dimension::Week(monday) => monday.format("%-m月%-d日起一周").to_string(),
        }
    }

    /// A counted number.
    pub fn number(&mut self, slice: &Slice) -> Run {
        Run::Number {
            figure: self.figure(slice),
            value: self.count(slice),
        }
    }

    /// A share of two measures of the same orders.
    pub fn rate(&mut self, numerator: &Slice, measure: Measure) -> Run {
        let denominator = Slice {
            measure,
            ..numerator.clone()
        };
        let (part, whole) = (self.count(numerator), self.count(&denominator));
        Run::Rate {
            numerator: self.figure(numerator),
            denominator: self.figure(&denominator),
            text: rate_text(part, whole),
        }
    }

    /// A share in words: `按时办结率92.3%（12/13）`; of few, `应办结的3件次中2件次按时办结`. Returns nothing if there
    /// is nothing to take a share of.
    pub fn rate_said(&mut self, rate: &RateWords) -> Vec<Run> {
        let numerator = Slice::now(rate.part);
        let denominator = Slice::now(rate.whole);
        let (part, whole) = (self.count(&numerator), self.count(&denominator));
        if whole == 0 {
            return Vec::new();
        }
        if whole < MIN_DENOMINATOR {
            return vec![
                Run::text(format!("{}的", rate.whole.label())),
                self.number(&denominator),
                Run::text("件次中"),
                self.number(&numerator),
                Run::text(format!("件次{}", rate.met)),
            ];
        }
        let mut said = vec![
            Run::text(rate.name),
            self.rate(&numerator, rate.whole),
            Run::text("（"),
            self.number(&numerator),
            Run::text("/"),
            self.number(&denominator),
            Run::text("）"),
        ];
        let before = (
            self.count(&Slice::before(rate.part)),
            self.count(&Slice::before(rate.whole)),
        );
        if let Some(change) = compare::change_of_rate((part, whole), before) {
            said.push(Run::text(format!(
                "，较{}{change}",
                self.from.period.before_said()
            )));
        }
        said
    }

    /// `较上月的10件增加2件，上升20.0%`; `上月没有`.
    pub fn comparison(&mut self, slice: &Slice) -> Vec<Run> {
        let before = Slice {
            when: ComparedPeriod::Before,
            ..slice.clone()
        };
        let said = self.from.period.before_said();
        let count = self.count(&before);
        let change = match compare::change(self.count(slice), count) {
            Change::Same => return vec![Run::text(format!("与{said}持平"))],
            Change::New => return vec![Run::text(format!("{said}没有此类反映"))],
            Change::By(text) | Change::WithPercent(text) => text,
        };
        vec![
            Run::text(format!("较{said}的")),
            self.number(&before),
            Run::text(format!("件{change}")),
        ]
    }

    /// The share of all days that the present period has, for judging rises.
    #[must_use]
    pub fn share_of_days(&self) -> f64 {
        let (now, before) = (self.from.period.days(), self.from.period.before().days());
        now as f64 / (now + before) as f64
    }
}

/// A share as a cell says it: of few as a fraction, of none as a word.
fn rate_text(part: u64, whole: u64) -> String {
    match compare::percent(part, whole) {
        None => "无".to_owned(),
        Some(_) if whole < MIN_DENOMINATOR => format!("{part}/{whole}"),
        Some(percent) => percent,
    }
}

/// Joins names as a sentence lists them: `甲、乙和丙`.
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}和{last}", first.join("、")),
    }
}
