//! One screen as it is sent.

use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::ids::UnitId;
use entity::kinds::{Light, Status, SupervisionLevel};
use serde::Serialize;
use utoipa::ToSchema;

use super::clusters::Cluster;
use super::count_deltas::Flow;
use super::county::TownshipLine;
use super::feed::{FeedEvent, LatestVerdict};
pub use super::lights::Lights;
use super::period::{Length, Window};
use super::rates::{self, Rate, Rates, in_percent};

/// 一屏: everything on it is a count of orders that `GET /orders` lists with the same filter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Screen {
    /// Time of the data.
    pub as_of: DateTime<FixedOffset>,
    /// Changes that are not counted yet: 0 unless more come than can be counted at once.
    pub waiting: usize,
    /// None for the whole city.
    pub area: Option<Place>,
    pub period: Span,
    /// Open orders.
    pub open: i64,
    /// Open orders by light.
    pub lights: Lights,
    pub stages: Vec<Stage>,
    /// Counties, and last the places unknown when there are any.
    pub districts: Vec<District>,
    pub arrivals: Arrivals,
    pub rates: RateSet,
    pub verdicts: Verdicts,
    /// At most ten with a rank, then at most five that have too little to be ranked by.
    pub units: Vec<UnitLine>,
    /// How the rank is made.
    pub ranking: String,
    /// The last twelve weeks, this one last.
    pub trend: Vec<TrendPoint>,
    /// Those that run out next.
    pub deadlines: Vec<DueOrder>,
    /// Those that have been overdue the longest.
    pub overdue: Vec<DueOrder>,
    pub supervision: Supervision,
    pub hot_topics: Vec<HotTopic>,
    /// The latest steps of orders.
    pub events: Vec<FeedEvent>,
    pub latest_verdicts: Vec<LatestVerdict>,
    /// Of a county's screen.
    pub townships: Vec<TownshipLine>,
    /// Open orders of a county's screen on its map.
    pub clusters: Vec<Cluster>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Place {
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Span {
    #[schema(value_type = String)]
    pub grain: Length,
    pub name: String,
    /// First and last day.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub before: PreviousSpan,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SpanBefore)]
pub struct PreviousSpan {
    pub name: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl From<Window> for Span {
    fn from(window: Window) -> Self {
        let before = window.previous();
        Self {
            grain: window.length,
            name: window.name(),
            from: window.from,
            to: window.to,
            before: PreviousSpan {
                name: before.name(),
                from: before.from,
                to: before.to,
            },
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stage {
    pub stage: Status,
    pub name: String,
    pub orders: i64,
    pub lights: Lights,
    /// Median time that the orders have been at this stage, in hours.
    pub median_dwell_hours: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct District {
    pub code: String,
    pub name: String,
    pub open: i64,
    pub lights: Lights,
    /// In the span.
    pub arrived: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Arrivals {
    pub today: Arrived,
    pub period: Arrived,
    pub before: Arrived,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Arrived {
    pub total: i64,
    pub snap: i64,
    pub scan: i64,
    pub call: i64,
    pub closed: i64,
}

impl From<&Flow> for Arrived {
    fn from(flow: &Flow) -> Self {
        Self {
            total: flow.arrived(),
            snap: flow.arrived_snap,
            scan: flow.arrived_scan,
            call: flow.arrived_call,
            closed: flow.closed,
        }
    }
}

/// 响应率, 解决率, 满意率, and 按时办结率 beside them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ThreeRates)]
pub struct RateSet {
    pub response: RateView,
    pub resolution: RateView,
    pub satisfaction: RateView,
    pub on_time: RateView,
}

impl RateSet {
    #[must_use]
    pub fn of(now: &Flow, before: &Flow) -> Self {
        let (now, before) = (Rates::of(now), Rates::of(before));
        let rate = |name, definition, now: Rate, before: Rate| RateView {
            name,
            definition,
            numerator: now.numerator,
            denominator: now.denominator,
            percent: now.share().map(in_percent),
            small: now.is_small(),
            before: Ratio::from(before),
            change: now.change_since(before),
        };
        Self {
            response: rate("响应率", rates::RESPONSE, now.response, before.response),
            resolution: rate("解决率", rates::RESOLUTION, now.resolution, before.resolution),
            satisfaction: rate(
                "满意率",
                rates::SATISFACTION,
                now.satisfaction,
                before.satisfaction,
            ),
            on_time: rate("按时办结率", rates::ON_TIME, now.on_time, before.on_time),
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RateView {
    #[schema(value_type = String)]
    pub name: &'static str,
    #[schema(value_type = String)]
    pub definition: &'static str,
    pub numerator: i64,
    pub denominator: i64,
    /// None where there is nothing to count.
    pub percent: Option<f64>,
    /// Counted from fewer than ten: read it as a handful of cases, not as a share.
    pub small: bool,
    /// Of the span before.
    pub before: Ratio,
    /// Percentage points against the span before.
    pub change: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Fraction)]
pub struct Ratio {
    pub numerator: i64,
    pub denominator: i64,
    pub percent: Option<f64>,
    pub small: bool,
}

impl From<Rate> for Ratio {
    fn from(rate: Rate) -> Self {
        Self {
            numerator: rate.numerator,
            denominator: rate.denominator,
            percent: rate.share().map(in_percent),
            small: rate.is_small(),
        }
    }
}

/// Verdicts of the span by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verdicts {
    pub satisfied: i64,
    pub basically_satisfied: i64,
    pub dissatisfied: i64,
    /// 未评价
    pub unrated: i64,
    pub solved: i64,
    pub partly_solved: i64,
    pub unsolved: i64,
}

impl From<&Flow> for Verdicts {
    fn from(flow: &Flow) -> Self {
        Self {
            satisfied: flow.satisfied,
            basically_satisfied: flow.basically_satisfied,
            dissatisfied: flow.dissatisfied,
            unrated: flow.unrated,
            solved: flow.solved,
            partly_solved: flow.partly_solved,
            unsolved: flow.unsolved,
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitLine {
    /// None where there is too little to judge by.
    pub rank: Option<usize>,
    pub id: UnitId,
    pub name: String,
    pub open: i64,
    pub lights: Lights,
    pub arrived: i64,
    pub response: Ratio,
    pub resolution: Ratio,
    pub satisfaction: Ratio,
    /// The lower bound of the three rates together, in percent.
    pub score: f64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrendPoint {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub arrived: i64,
    pub closed: i64,
    pub satisfaction: Ratio,
}

/// An order near its deadline.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Nearest)]
pub struct DueOrder {
    pub number: String,
    pub light: Light,
    pub status: Status,
    /// The beginning of its words.
    pub title: String,
    pub category: Option<String>,
    pub area: Option<String>,
    pub unit: Option<String>,
    pub due_at: DateTime<FixedOffset>,
    /// Working days after today up to the day it is due; 0 is today. None where it is overdue.
    pub working_days_left: Option<usize>,
    pub remaining: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Supervision {
    /// Open orders under 重点跟踪.
    pub tracked: i64,
    /// Open 疑难工单.
    pub difficult: i64,
    /// 督办单 that wait for an answer, and the next to run out.
    pub waiting: i64,
    pub orders: Vec<OpenSupervisionOrder>,
    /// 专项监督 under way, the newest first.
    pub campaigns: Vec<CampaignLine>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Demand)]
pub struct OpenSupervisionOrder {
    pub number: String,
    pub order: String,
    pub level: SupervisionLevel,
    pub unit: Option<String>,
    pub due_at: DateTime<FixedOffset>,
    pub overdue: bool,
    pub remaining: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CampaignLine {
    pub id: entity::ids::CampaignId,
    pub title: String,
    pub committee: Option<String>,
    pub orders: i64,
}

/// A problem that many raise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HotTopic {
    pub id: uuid::Uuid,
    pub title: String,
    pub orders: i64,
}
