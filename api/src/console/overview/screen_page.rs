//! The counts as the template draws them: links to the orders behind each, and sizes of what is drawn.

use askama::Template;
use chrono::{DateTime, FixedOffset};
use entity::kinds::{Light, Status};

use super::map::Map;
use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::labels::{self, Markup};
use crate::error::Result;
use crate::overview::view::{DueOrder, OpenSupervisionOrder, RateView, Screen, Stage, TrendPoint};

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
    clock: String,
    day: String,
}

struct RateCard<'a> {
    rate: &'a RateView,
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
}

impl<'a> BoardPage<'a> {
    #[must_use]
    pub fn of(city: &'a City, screen: &'a Screen) -> Self {
        let chosen = screen.area.as_ref().map(|area| area.code.as_str());
        let rates = &screen.rates;
        let rates = [&rates.response, &rates.resolution, &rates.satisfaction];
        Self {
            map: Map::of(&city.outlines, &screen.districts, chosen),
            area: chosen.map(|code| format!("&area={code}")).unwrap_or_default(),
            rates: rates.into_iter().map(rate_card).collect(),
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

fn rate_card(rate: &RateView) -> RateCard<'_> {
    let change = match rate.change {
        None => "上期无数据".to_owned(),
        Some(points) if points > 0.0 => format!("较上期 ↑ {points:.1}"),
        Some(points) if points < 0.0 => format!("较上期 ↓ {:.1}", -points),
        Some(_) => "与上期持平".to_owned(),
    };
    RateCard {
        rate,
        percent: rate
            .percent
            .map_or_else(|| "—".to_owned(), |percent| format!("{percent:.1}")),
        change,
    }
}

fn stage_bar(stage: &Stage, open: i64) -> StageBar<'_> {
    let share = |orders: i64| if open == 0 { 0 } else { orders * 100 / open };
    let lights = stage.lights;
    let widths = [lights.green, lights.yellow, lights.red]
        .map(|orders| if orders == 0 { 0 } else { share(orders).max(1) });
    let dwell = match stage.median_dwell_hours {
        None => String::new(),
        Some(hours) if hours < 1 => "停留不到 1 小时".to_owned(),
        Some(hours) if hours < 48 => format!("停留 {hours} 小时"),
        Some(hours) => format!("停留 {} 天", hours / 24),
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
