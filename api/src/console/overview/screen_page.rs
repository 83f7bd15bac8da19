//! The counts as the template draws them: links to the orders behind each, and sizes of what is drawn.

use askama::Template;
use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::kinds::{Light, Satisfaction, Status};

use super::county_map;
use super::map::Map;
use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::labels::{self, Markup};
use crate::error::Result;
use crate::overview::feed::{FeedEvent, LatestVerdict};
use crate::overview::view::{DueOrder, OpenSupervisionOrder, RateView, Screen, Stage, TrendPoint, Verdicts};

/// Width and height of the trend, in its own units.
const TREND: (i64, i64) = (720, 150);

/// The part of the screen that is updated live.
#[derive(Template)]
#[template(path = "overview_board.html")]
pub struct BoardPage<'a> {
    screen: &'a Screen,
    map: Map<'a>,
    /// `&area=…` of every link, or nothing.
    area: String,
    rates: Vec<RateCard<'a>>,
    stages: Vec<StageBar<'a>>,
    trend: Trend,
    /// The inside of the county that the screen is about.
    inside: Option<Markup>,
    /// `&from=…&to=…` of the span, and the same of what was counted in it.
    span: String,
    counted: String,
    /// The span's verdicts by grade.
    grades: Vec<Grade>,
    events: Vec<Told<'a>>,
    judged: Vec<Judged<'a>>,
    clock: String,
    day: String,
}

/// A step of an order, with its time as people say it.
struct Told<'a> {
    event: &'a FeedEvent,
    at: String,
}

struct Judged<'a> {
    verdict: &'a LatestVerdict,
    result: &'static str,
    at: String,
}

/// A grade of the span's verdicts.
struct Grade {
    name: &'static str,
    class: &'static str,
    orders: i64,
    width: i64,
    x: i64,
    href: String,
}

struct RateCard<'a> {
    rate: &'a RateView,
    /// Names of what was met and of all, as `counted` of the order list.
    met: &'static str,
    all: &'static str,
    percent: String,
    /// `↑ 2.5`, as a word too.
    change: String,
}

struct StageBar<'a> {
    stage: &'a Stage,
    dwell: String,
    /// Widths of green, yellow and red, out of 100.
    widths: [i64; 3],
}

#[derive(Default)]
struct Trend {
    bars: Vec<Bar>,
    line: String,
    most: i64,
}

struct Bar {
    x: i64,
    y: i64,
    height: i64,
    middle: i64,
    week: String,
    says: String,
    arrived: i64,
    last: bool,
    /// First and last day of the week.
    from: NaiveDate,
    to: NaiveDate,
}

impl<'a> BoardPage<'a> {
    #[must_use]
    pub fn of(city: &'a City, screen: &'a Screen) -> Self {
        let chosen = screen.area.as_ref().map(|area| area.code.as_str());
        let rates = &screen.rates;
        let rates = [
            (&rates.response, "response_met", "response"),
            (&rates.resolution, "solved", "rated"),
            (&rates.satisfaction, "satisfied", "rated"),
        ];
        let area = chosen.map(|code| format!("&area={code}")).unwrap_or_default();
        let (from, to) = (screen.period.from, screen.period.to);
        let counted = format!("&counted_from={from}&counted_to={to}{area}");
        let (now, zone) = (screen.as_of.to_utc(), city.zone());
        Self {
            inside: county_map::draw(city, screen),
            span: format!("&from={from}&to={to}{area}"),
            grades: grades(&screen.verdicts, &counted),
            events: screen
                .events
                .iter()
                .map(|event| Told {
                    at: labels::when(event.at.to_utc(), now, zone),
                    event,
                })
                .collect(),
            judged: screen
                .latest_verdicts
                .iter()
                .map(|verdict| Judged {
                    result: verdict.result.label(),
                    at: labels::when(verdict.at.to_utc(), now, zone),
                    verdict,
                })
                .collect(),
            counted,
            map: Map::of(&city.outlines, &screen.districts, chosen),
            area,
            rates: rates
                .into_iter()
                .map(|(rate, met, all)| rate_card(rate, met, all))
                .collect(),
            stages: screen
                .stages
                .iter()
                .filter(|stage| !matches!(stage.stage, Status::Cancelled | Status::Closed))
                .map(|stage| stage_bar(stage, screen.open))
                .collect(),
            trend: trend(&screen.trend),
            clock: screen.as_of.format("%H:%M").to_string(),
            day: day(screen.as_of),
            screen,
        }
    }

    fn red(&self) -> Markup {
        labels::light_badge(Light::Red, "")
    }

    /// The light beside what is left.
    fn left(&self, order: &DueOrder) -> Markup {
        labels::light_badge(order.light, &order.remaining)
    }

    fn demanded(&self, demand: &OpenSupervisionOrder) -> Markup {
        let light = if demand.overdue { Light::Red } else { Light::Green };
        labels::light_badge(light, &demand.remaining)
    }
}

/// Draws the board for the stream.
pub fn render(app: &App, screen: &Screen) -> Result<String> {
    let city = app.state::<CityHandle>().load();
    Ok(BoardPage::of(&city, screen)
        .render()
        .map_err(anyhow::Error::from)?)
}

fn rate_card<'a>(rate: &'a RateView, met: &'static str, all: &'static str) -> RateCard<'a> {
    let none = rate.percent.is_none();
    let change = match rate.change {
        None if none => "本期还没有可统计的工单".to_owned(),
        None => "上期没有可比的工单".to_owned(),
        Some(points) if points > 0.0 => format!("较上期 ↑ {points:.1}"),
        Some(points) if points < 0.0 => format!("较上期 ↓ {:.1}", -points),
        Some(_) => "与上期持平".to_owned(),
    };
    RateCard {
        rate,
        met,
        all,
        percent: rate
            .percent
            .map_or_else(|| "暂无".to_owned(), |percent| format!("{percent:.1}")),
        change,
    }
}

fn grades(verdicts: &Verdicts, counted: &str) -> Vec<Grade> {
    let all = [
        (
            Satisfaction::Satisfied.label(),
            "satisfied",
            "green",
            verdicts.satisfied,
        ),
        (
            Satisfaction::BasicallySatisfied.label(),
            "basically_satisfied",
            "yellow",
            verdicts.basically_satisfied,
        ),
        (
            Satisfaction::Dissatisfied.label(),
            "dissatisfied",
            "red",
            verdicts.dissatisfied,
        ),
        ("未评价", "unrated", "bed", verdicts.unrated),
    ];
    let sum: i64 = all.iter().map(|(.., orders)| *orders).sum();
    let mut x = 0;
    let mut grades = Vec::new();
    for (name, key, class, orders) in all {
        let width = if sum == 0 { 0 } else { orders * 100 / sum };
        grades.push(Grade {
            name,
            class,
            orders,
            width,
            x,
            href: format!("/console/orders?counted={key}{counted}"),
        });
        x += width;
    }
    grades
}

fn stage_bar(stage: &Stage, open: i64) -> StageBar<'_> {
    let share = |orders: i64| if open == 0 { 0 } else { orders * 100 / open };
    let lights = stage.lights;
    let widths = [lights.green, lights.yellow, lights.red]
        .map(|orders| if orders == 0 { 0 } else { share(orders).max(1) });
    let dwell = match stage.median_dwell_hours {
        None => String::new(),
        Some(hours) if hours < 1 => "不到 1 小时".to_owned(),
        Some(hours) if hours < 48 => format!("{hours} 小时"),
        Some(hours) => format!("{} 天", hours / 24),
    };
    StageBar { stage, dwell, widths }
}

fn trend(points: &[TrendPoint]) -> Trend {
    let (width, height) = TREND;
    let most = points
        .iter()
        .map(|point| point.arrived.max(point.closed))
        .max()
        .unwrap_or_default();
    let count = i64::try_from(points.len()).unwrap_or(1).max(1);
    let step = width / count;
    let tall = |orders: i64| {
        if most == 0 {
            0
        } else {
            orders * (height - 24) / most
        }
    };
    let mut drawn = Trend {
        most,
        ..Trend::default()
    };
    for (index, point) in (0..).zip(points) {
        let middle = index * step + step / 2;
        drawn.bars.push(Bar {
            x: index * step + step / 6,
            y: height - tall(point.arrived),
            height: tall(point.arrived),
            middle,
            week: point.from.format("%-m/%-d").to_string(),
            says: format!(
                "{} 至 {}：新增 {} 件，办结 {} 件",
                point.from.format("%-m月%-d日"),
                point.to.format("%-m月%-d日"),
                point.arrived,
                point.closed
            ),
            arrived: point.arrived,
            last: index + 1 == count,
            from: point.from,
            to: point.to,
        });
        let join = if index == 0 { 'M' } else { 'L' };
        drawn.line += &format!("{join}{middle} {}", height - tall(point.closed));
    }
    drawn
}

fn day(time: DateTime<FixedOffset>) -> String {
    const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let index = chrono::Datelike::weekday(&time).num_days_from_monday();
    let weekday = DAYS
        .get(usize::try_from(index).unwrap_or_default())
        .copied()
        .unwrap_or_default();
    format!("{} 星期{weekday}", time.format("%Y年%-m月%-d日"))
}
