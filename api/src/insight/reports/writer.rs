//! Pure: turns counts into figures, names codes, and phrases comparisons.

use std::collections::HashMap;

use entity::ids::TopicId;
use entity::kinds::TopicStatus;

use crate::insight::reports::body::{Figure, Run};
use crate::insight::reports::compare::{self, MIN_DENOMINATOR};
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

/// The data that a report is written from.
pub struct Material<'a> {
    pub period: DateRange,
    pub tally: &'a Tally,
    pub names: &'a Names,
    pub topics: &'a [TopicFact],
    pub campaigns: &'a [CampaignFact],
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

    fn figure(&mut self, slice: &Slice) -> usize {
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
            Dimension::Unit(id) => known(&names.units, id).unwrap_or_else(|| "已撤销的单位".to_owned()),
            Dimension::Topic(id) => {
                let told = self.from.topics.iter().find(|topic| topic.id == *id);
                told.map_or_else(String::new, |topic| format!("“{}”", topic.title))
            }
            Dimension::Channel(channel) => channel_name(*channel).to_owned(),
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
            text: compare::percent(part, whole).unwrap_or_else(|| "—".to_owned()),
        }
    }

    /// A share with its numerator and denominator: `92.3%（12/13）`, marked where there are few.
    pub fn rate_in_full(&mut self, numerator: &Slice, measure: Measure) -> Vec<Run> {
        let denominator = Slice {
            measure,
            ..numerator.clone()
        };
        let few = self.count(&denominator) < MIN_DENOMINATOR;
        vec![
            self.rate(numerator, measure),
            Run::text("（"),
            self.number(numerator),
            Run::text("/"),
            self.number(&denominator),
            Run::text(if few { "，件数少）" } else { "）" }),
        ]
    }

    /// `较上月（10 件）增加 2 件（上升 20.0%）`.
    pub fn comparison(&mut self, slice: &Slice) -> Vec<Run> {
        let before = Slice {
            when: ComparedPeriod::Before,
            ..slice.clone()
        };
        let change = compare::change(self.count(slice), self.count(&before));
        vec![
            Run::text(format!("较{}（", self.from.period.before_said())),
            self.number(&before),
            Run::text(format!(" 件）{change}")),
        ]
    }

    /// The share of all days that the present period has, for judging rises.
    #[must_use]
    pub fn share_of_days(&self) -> f64 {
        let (now, before) = (self.from.period.days(), self.from.period.before().days());
        now as f64 / (now + before) as f64
    }
}

#[must_use]
pub fn channel_name(channel: entity::kinds::Channel) -> &'static str {
    use entity::kinds::Channel;
    match channel {
        Channel::Snap => "随手拍",
        Channel::Scan => "有事请扫码",
        Channel::Call => "代表来电",
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
