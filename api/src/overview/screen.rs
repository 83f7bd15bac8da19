//! Assembles one screen from materialized counts and a few indexed rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::Status;
use entity::overview_stock;

use super::count_deltas::{Flow, unit_of};
use super::counts_cache::{self, ScreenCounts};
use super::county::Inside;
use super::facts::NOWHERE;
use super::period::Period;
use super::rates::{self, RANKING, Ranked, Rates};
use super::scope::Scope;
use super::view::{
    Arrivals, District, Lights, Place, RateSet, Ratio, Screen, Stage, Supervision, TrendPoint, UnitLine,
};
use super::{county, feed, highlights, projector};
use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::http::time::local;

/// 工单 without a county.
const NOWHERE_NAME: &str = "地点不明";

/// The screen as of `now`.
pub async fn screen(app: &App, scope: &Scope, now: DateTime<Utc>) -> Result<Screen> {
    let (city, db) = (app.state::<CityHandle>().load(), &app.db);
    let (seq, _, waiting) = projector::progress(app).await?;
    let today = local_date(now, city.zone());
    let areas = areas(&city, scope);
    let codes: Vec<_> = areas.iter().map(|(code, _)| *code).collect();
    let counts = counts_cache::cached(app, scope, &codes, seq, today).await?;
    let (flow, flow_before) = (&counts.span, &counts.before);
    let stock = &counts.stock;
    let open: Vec<_> = stock.iter().filter(|row| !row.status.is_over()).collect();
    let mut lights = Lights::default();
    for row in &open {
        lights.add(row.light, row.orders);
    }
    let total = |count: fn(&overview_stock::Model) -> i64| open.iter().map(|row| count(row)).sum();
    let inside = match scope.area.as_deref() {
        Some(area) => county::inside(db, &city, area).await?,
        None => Inside::default(),
    };
    let (deadlines, overdue) = highlights::deadlines(db, &city, scope.area.as_deref(), now).await?;
    Ok(Screen {
        as_of: local(now, city.zone()),
        waiting,
        area: scope.area.as_ref().map(|code| Place {
            code: code.clone(),
            name: city.county_name(code).to_owned(),
        }),
        period: scope.period.into(),
        open: lights.total(),
        lights,
        stages: stages(&counts, now),
        districts: districts(&counts, areas),
        arrivals: Arrivals {
            today: (&counts.today).into(),
            period: flow.into(),
            before: flow_before.into(),
        },
        rates: RateSet::of(flow, flow_before),
        verdicts: flow.into(),
        units: units(&counts, &city),
        ranking: RANKING.to_owned(),
        trend: counts
            .weeks
            .iter()
            .map(|(week, flow)| point(*week, flow))
            .collect(),
        deadlines,
        overdue,
        supervision: Supervision {
            tracked: total(|row| row.tracked),
            difficult: total(|row| row.difficult),
            waiting: stock.iter().map(|row| row.demands).sum(),
            orders: highlights::open_supervision_orders(db, &city, scope.area.as_deref(), now).await?,
            campaigns: highlights::campaigns(db, scope.area.as_deref()).await?,
        },
        hot_topics: highlights::topics(db, scope.area.as_deref()).await?,
        events: feed::events(db, &city, scope.area.as_deref(), now).await?,
        latest_verdicts: feed::verdicts(db, &city, scope.area.as_deref()).await?,
        townships: inside.townships,
        clusters: inside.clusters,
    })
}

/// In the order in which a matter passes through them.
fn stages(counts: &ScreenCounts, now: DateTime<Utc>) -> Vec<Stage> {
    let stage = |status: &Status| {
        let mut lights = Lights::default();
        for row in counts.stock.iter().filter(|row| row.status == *status) {
            lights.add(row.light, row.orders);
        }
        let dwell = counts
            .medians
            .get(status)
            .map(|since| (now - *since).num_hours().max(0));
        Stage {
            stage: *status,
            name: status.label().to_owned(),
            orders: lights.total(),
            lights,
            median_dwell_hours: dwell,
        }
    };
    // A matter is submitted and dispatched, or left for an operator, in one transaction.
    let passed = Status::ALL.iter().filter(|status| **status != Status::Submitted);
    passed.map(stage).collect()
}

/// All counties that the screen may show, whichever of them it is about: code and name.
fn areas<'a>(city: &'a City, scope: &Scope) -> Vec<(&'a str, &'a str)> {
    let divisions = city.counties.divisions().iter();
    let mut areas: Vec<(&str, &str)> = divisions.map(|d| (d.code.as_str(), d.name.as_str())).collect();
    match scope.area.as_deref() {
        Some(own) => areas.retain(|(code, _)| *code == own),
        None => areas.push((NOWHERE, NOWHERE_NAME)),
    }
    areas
}

fn districts(counts: &ScreenCounts, areas: Vec<(&str, &str)>) -> Vec<District> {
    let district = |(code, name): (&str, &str)| {
        let mut lights = Lights::default();
        for row in counts
            .areas
            .iter()
            .filter(|row| row.area == code && !row.status.is_over())
        {
            lights.add(row.light, row.orders);
        }
        District {
            code: code.to_owned(),
            name: name.to_owned(),
            open: lights.total(),
            lights,
            arrived: counts.arrived.get(code).map_or(0, Flow::arrived),
        }
    };
    let districts = areas.into_iter().map(district);
    districts
        .filter(|district| district.code != NOWHERE || district.open + district.arrived > 0)
        .collect()
}

fn point(week: Period, flow: &Flow) -> TrendPoint {
    TrendPoint {
        from: week.starts_on,
        to: week.last_day(),
        arrived: flow.arrived(),
        closed: flow.closed,
        satisfaction: Rates::of(flow).satisfaction.into(),
    }
}

fn units(counts: &ScreenCounts, city: &City) -> Vec<UnitLine> {
    let mut lights: HashMap<UnitId, Lights> = HashMap::new();
    for row in &counts.at_units {
        if let Some(unit) = unit_of(&row.subject) {
            lights.entry(unit).or_default().add(row.light, row.orders);
        }
    }
    let line = |unit: &Ranked| {
        let lights = lights.get(&unit.of).copied().unwrap_or_default();
        UnitLine {
            rank: unit.rank,
            id: unit.of,
            name: city
                .unit(unit.of)
                .map_or_else(String::new, |unit| unit.name.clone()),
            open: lights.total(),
            lights,
            arrived: unit.flow.arrived(),
            response: Ratio::from(unit.rates.response),
            resolution: Ratio::from(unit.rates.resolution),
            satisfaction: Ratio::from(unit.rates.satisfaction),
            score: rates::in_percent(unit.score),
        }
    };
    counts.units.iter().map(line).collect()
}
