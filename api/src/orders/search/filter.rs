//! The filter of an order list: parsed once; a wrong value is refused with the name of its field.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{PersonId, UnitId};
use entity::kinds::{Channel, Light, Status};
use serde::{Deserialize, Serialize};

use crate::city::areas::gazetteer::Township;
use crate::city::snapshot::City;
use crate::deadlines::calendar::end_of_day;
use crate::error::{Error, Result};
use crate::moments::is_within_years;
use crate::orders::search::counted::{self, Counted, CountedSpan};
use crate::orders::search::grams::{self, TextQuery};

/// As in the query string; several values are separated by commas.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::IntoParams, utoipa::ToSchema)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `mine` (reported or endorsed by the caller), `unit` (assigned to their unit now or before), `area` (in their
    /// area), `all` (visible to the caller); default `all`.
    #[param(required = false)]
    pub scope: Option<String>,
    #[param(required = false)]
    pub status: Option<String>,
    #[param(required = false)]
    pub light: Option<String>,
    /// Takes the values of `status`.
    #[param(required = false)]
    pub stage: Option<String>,
    /// Codes or names; a first-level category includes all below it.
    #[param(required = false)]
    pub category: Option<String>,
    /// Codes or names of counties.
    #[param(required = false)]
    pub area: Option<String>,
    /// Ids, codes or names.
    #[param(required = false)]
    pub unit: Option<String>,
    #[param(required = false)]
    pub channel: Option<String>,
    /// `true` or `false`.
    #[param(required = false)]
    pub difficult: Option<String>,
    /// `true` or `false`.
    #[param(required = false)]
    pub tracked: Option<String>,
    /// Created at or after: a date of the city, or an RFC 3339 time.
    #[param(required = false)]
    pub from: Option<String>,
    /// Created before the end of this date, or before this time.
    #[param(required = false)]
    pub to: Option<String>,
    /// A queue of the caller's unit: `to_accept`, `in_progress`, `due_soon` (yellow and red), `to_answer` (unanswered
    /// supervision orders) or `sent_back` (judged not good enough, or returned in vain).
    #[param(required = false)]
    pub queue: Option<String>,
    /// Codes or names of townships.
    #[param(required = false)]
    pub township: Option<String>,
    /// Reported by this person (id); for operators, supervisors and administrators.
    #[param(required = false)]
    pub reporter: Option<String>,
    /// A box in WGS-84 degrees: west, south, east, north.
    #[param(required = false)]
    pub within: Option<String>,
    /// The orders behind a number of the overview: `response`, `response_met`, `on_time`, `on_time_met`, `rated`,
    /// `unrated`, `satisfied`, `basically_satisfied`, `dissatisfied`, `solved`, `partly_solved`, `unsolved` or `closed`.
    #[param(required = false)]
    pub counted: Option<String>,
    /// First day, or instant, of what was counted.
    #[param(required = false)]
    pub counted_from: Option<String>,
    /// Last day, or the instant after it, of what was counted.
    #[param(required = false)]
    pub counted_to: Option<String>,
    /// Words of the description or the address, all of which must occur, or an order number or its last six digits.
    #[param(required = false)]
    pub q: Option<String>,
    /// `newest` (default), or `due`: the nearest deadline first, orders without a running clock left out.
    #[param(required = false)]
    pub sort: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    Mine,
    Unit,
    Area,
    #[default]
    All,
}

/// A queue of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Queue {
    #[default]
    ToAccept,
    InProgress,
    /// The unit leads it, and its light is yellow or red.
    DueSoon,
    /// Supervision orders without an answer.
    ToAnswer,
    /// Handled before and back again: judged not good enough, or returned in vain.
    SentBack,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    Due,
    #[default]
    Newest,
}

/// The parsed filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub scope: Scope,
    pub statuses: Vec<Status>,
    pub lights: Vec<Light>,
    pub categories: Vec<String>,
    pub areas: Vec<String>,
    pub units: Vec<UnitId>,
    pub channels: Vec<Channel>,
    pub difficult: Option<bool>,
    pub tracked: Option<bool>,
    pub queue: Option<Queue>,
    pub townships: Vec<String>,
    pub reporter: Option<PersonId>,
    /// West, south, east, north.
    pub within: Option<[f64; 4]>,
    pub counted: Option<(Counted, CountedSpan)>,
    pub from: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
    pub words: Option<TextQuery>,
    pub sort: Sort,
}

const MAX_WORDS_CHARS: usize = 100;

impl ListQuery {
    pub fn parse(&self, city: &City) -> Result<Filter> {
        let mut statuses: Vec<Status> = many("status", self.status.as_deref())?;
        let stages: Vec<Status> = many("stage", self.stage.as_deref())?;
        if statuses.is_empty() {
            statuses = stages;
        } else if !stages.is_empty() {
            statuses.retain(|status| stages.contains(status));
            if statuses.is_empty() {
                return Err(Error::bad_filter("stage", "status 与 stage 互相矛盾。"));
            }
        }
        let from = parse_instant("from", self.from.as_deref(), city, false)?;
        let before = parse_instant("to", self.to.as_deref(), city, true)?;
        if from.zip(before).is_some_and(|(from, before)| from > before) {
            return Err(Error::bad_filter("from", "不能晚于 to。"));
        }
        Ok(Filter {
            scope: one("scope", self.scope.as_deref(), &SCOPES)?,
            statuses,
            lights: many("light", self.light.as_deref())?,
            categories: categories(city, self.category.as_deref())?,
            areas: by_name("area", self.area.as_deref(), |text| {
                city.county(text).map(|county| county.code.clone())
            })?,
            units: by_name("unit", self.unit.as_deref(), |text| {
                city.units.resolve(text).map(|unit| unit.id)
            })?,
            channels: many("channel", self.channel.as_deref())?,
            difficult: flag("difficult", self.difficult.as_deref())?,
            tracked: flag("tracked", self.tracked.as_deref())?,
            queue: optional("queue", self.queue.as_deref(), &QUEUES)?,
            townships: by_name("township", self.township.as_deref(), |text| {
                township(city, text).map(|township| township.code.clone())
            })?,
            reporter: self.reporter()?,
            within: within(self.within.as_deref())?,
            counted: self.counted(city)?,
            from,
            before,
            words: parse_search_text(self.q.as_deref())?,
            sort: one("sort", self.sort.as_deref(), &SORTS)?,
        })
    }
}

impl ListQuery {
    fn reporter(&self) -> Result<Option<PersonId>> {
        let ids: Vec<PersonId> = many("reporter", self.reporter.as_deref())?;
        Ok(ids.into_iter().next())
    }

    fn counted(&self, city: &City) -> Result<Option<(Counted, CountedSpan)>> {
        let Some(counted) = optional("counted", self.counted.as_deref(), &counted::NAMES)? else {
            return Ok(None);
        };
        let span = CountedSpan {
            from: parse_instant("counted_from", self.counted_from.as_deref(), city, false)?,
            before: parse_instant("counted_to", self.counted_to.as_deref(), city, true)?,
        };
        Ok(Some((counted, span)))
    }
}

const SCOPES: [(&str, Scope); 4] = [
    ("mine", Scope::Mine),
    ("unit", Scope::Unit),
    ("area", Scope::Area),
    ("all", Scope::All),
];
const QUEUES: [(&str, Queue); 5] = [
    ("to_accept", Queue::ToAccept),
    ("in_progress", Queue::InProgress),
    ("due_soon", Queue::DueSoon),
    ("to_answer", Queue::ToAnswer),
    ("sent_back", Queue::SentBack),
];
const SORTS: [(&str, Sort); 2] = [("due", Sort::Due), ("newest", Sort::Newest)];

fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    let parts = text.unwrap_or_default().split(',');
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn many<T: FromStr>(field: &str, text: Option<&str>) -> Result<Vec<T>> {
    by_name(field, text, |part| part.parse().ok())
}

fn by_name<T>(field: &str, text: Option<&str>, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    parts(text)
        .map(|part| find(part).ok_or_else(|| Error::bad_filter(field, "没有这个取值。")))
        .collect()
}

fn one<T: Copy + Default>(field: &str, text: Option<&str>, names: &[(&str, T)]) -> Result<T> {
    Ok(optional(field, text, names)?.unwrap_or_default())
}

fn optional<T: Copy>(field: &str, text: Option<&str>, names: &[(&str, T)]) -> Result<Option<T>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let found = names.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, value)| Some(*value))
        .ok_or_else(|| Error::bad_filter(field, "没有这个取值。"))
}

fn flag(field: &str, text: Option<&str>) -> Result<Option<bool>> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| Error::bad_filter(field, "应为 true 或 false。"))
        })
        .transpose()
}

fn township<'a>(city: &'a City, text: &str) -> Option<&'a Township> {
    let named = || city.words.townships().into_iter().find(|one| one.name == text);
    city.township(text).or_else(named)
}

fn within(text: Option<&str>) -> Result<Option<[f64; 4]>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let degrees: Vec<f64> = text
        .split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    match degrees.as_slice() {
        [west, south, east, north]
            if degrees.iter().all(|degree| degree.abs() <= 180.0) && west <= east && south <= north =>
        {
            Ok(Some([*west, *south, *east, *north]))
        }
        _ => Err(Error::bad_filter(
            "within",
            "应为西、南、东、北四个以度为单位的数字。",
        )),
    }
}

fn categories(city: &City, text: Option<&str>) -> Result<Vec<String>> {
    let codes: Vec<String> = by_name("category", text, |part| {
        city.categories.find(part).map(|category| category.code.clone())
    })?;
    let below = city
        .categories
        .leaves()
        .filter(|leaf| leaf.parent.as_ref().is_some_and(|parent| codes.contains(parent)));
    let below: Vec<String> = below.map(|leaf| leaf.code.clone()).collect();
    Ok(codes.into_iter().chain(below).collect())
}

/// A date is its first instant in the city, or the first instant after it.
fn parse_instant(field: &str, text: Option<&str>, city: &City, after: bool) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // A plus sign in a query string arrives as a blank.
    let time = text.replace(' ', "+");
    if let Ok(time) = DateTime::parse_from_rfc3339(&time) {
        return Ok(Some(bounded(field, time.to_utc())?));
    }
    let date: NaiveDate = text
        .parse()
        .map_err(|_| Error::bad_filter(field, "应为日期或 RFC 3339 时间。"))?;
    let day = if after { Some(date) } else { date.pred_opt() };
    let day = day.ok_or_else(|| Error::bad_filter(field, "日期超出范围。"))?;
    Ok(Some(bounded(field, end_of_day(day, city.zone()))?))
}

fn bounded(field: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if is_within_years(at) {
        Ok(at)
    } else {
        Err(Error::bad_filter(field, "年份应在 2000 到 2100 之间。"))
    }
}

/// Marks and punctuation alone find nothing.
fn parse_search_text(text: Option<&str>) -> Result<Option<TextQuery>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > MAX_WORDS_CHARS || text.contains('\0') => {
            Err(Error::bad_filter("q", "最多 100 个字。"))
        }
        other => Ok(other.map(|text| grams::query(text).unwrap_or(TextQuery::Words(Vec::new())))),
    }
}
