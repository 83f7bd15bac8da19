//! One screen, put together from kept counts and a handful of indexed rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::{Grain, Status};
use entity::overview_stock;

use super::cells::{Flow, unit_of, unit_subject};
use super::facts::NOWHERE;
use super::fold;
use super::period::Period;
use super::rates::{self, RANKING, Ranked, Rates, rank};
use super::scope::Scope;
use super::view::{
    Arrivals, District, Fraction, Lights, Place, Screen, Stage, Supervision, ThreeRates, TrendPoint, UnitLine,
};
use super::{store, watch};
use crate::app::App;
use crate::city::snapshot::City;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::http::time::local;
use crate::orders::lifecycle::in_chinese;
use crate::orders::list::OPEN;

const WEEKS: usize = 12;
const RANKED: usize = 10;
const UNRANKED: usize = 5;
/// 工单 without a county.
const NOWHERE_NAME: &str = "地点不明";

/// The screen as of `now`.
pub async fn screen(app: &App, scope: &Scope, now: DateTime<Utc>) -> Result<Screen> {
    let (city, db) = (app.city.load(), &app.db);
    let (_, _, waiting) = fold::standing(app).await?;
    let today = Period::of(Grain::Day, local_date(now, city.zone()));
    let before = scope.period.previous();
    let own = scope.key();
    let spans = store::flow(db, &[own], &[scope.period, before]).await?;
    let in_span = |period: Period| flow_of(&spans, own, period);
    let (flow, flow_before) = (in_span(scope.period), in_span(before));
    let day = store::flow(db, &[own], &[today]).await?;
    let stock = store::stock(db, &[own]).await?;
    let open: Vec<_> = stock.iter().filter(|row| OPEN.contains(&row.status)).collect();
    let mut lights = Lights::default();
    for row in &open {
        lights.add(row.light, row.orders);
    }
    let total = |count: fn(&overview_stock::Model) -> i64| open.iter().map(|row| count(row)).sum();
    let (deadlines, overdue) = watch::deadlines(db, &city, scope.area.as_deref(), now).await?;
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
        stages: stages(app, own, &stock, now).await?,
        districts: districts(app, &city, scope).await?,
        arrivals: Arrivals {
            today: (&flow_of(&day, own, today)).into(),
            period: (&flow).into(),
            before: (&flow_before).into(),
        },
        rates: ThreeRates::of(&flow, &flow_before),
        verdicts: (&flow).into(),
        units: units(app, &city, scope).await?,
        ranking: RANKING.to_owned(),
        trend: trend(app, own, today).await?,
        deadlines,
        overdue,
        supervision: Supervision {
            tracked: total(|row| row.tracked),
            difficult: total(|row| row.difficult),
            waiting: stock.iter().map(|row| row.demands).sum(),
            orders: watch::demands(db, &city, scope.area.as_deref(), now).await?,
            campaigns: watch::campaigns(db, scope.area.as_deref()).await?,
        },
        hot_topics: watch::topics(db, scope.area.as_deref()).await?,
    })
}

type Flows = HashMap<(String, chrono::NaiveDate), Flow>;

fn flow_of(flows: &Flows, area: &str, period: Period) -> Flow {
    let key = (area.to_owned(), period.starts_on);
    flows.get(&key).copied().unwrap_or_default()
}

/// In the order in which a matter passes through them.
async fn stages(
    app: &App,
    own: &str,
    stock: &[overview_stock::Model],
    now: DateTime<Utc>,
) -> Result<Vec<Stage>> {
    let medians = store::medians(&app.db, own).await?;
    let stage = |status: &Status| {
        let mut lights = Lights::default();
        for row in stock.iter().filter(|row| row.status == *status) {
            lights.add(row.light, row.orders);
        }
        let dwell = medians.get(status).map(|since| (now - *since).num_hours().max(0));
        Stage {
            stage: *status,
            name: in_chinese(*status).to_owned(),
            orders: lights.total(),
            lights,
            median_dwell_hours: dwell,
        }
    };
    // A matter is submitted and dispatched, or left for an operator, in one transaction.
    let passed = Status::ALL.iter().filter(|status| **status != Status::Submitted);
    Ok(passed.map(stage).collect())
}

/// All counties that the screen may show, whichever of them it is about.
async fn districts(app: &App, city: &City, scope: &Scope) -> Result<Vec<District>> {
    let divisions = city.counties.divisions().iter();
    let mut areas: Vec<(&str, &str)> = divisions.map(|d| (d.code.as_str(), d.name.as_str())).collect();
    match scope.area.as_deref() {
        Some(own) => areas.retain(|(code, _)| *code == own),
        None => areas.push((NOWHERE, NOWHERE_NAME)),
    }
    let codes: Vec<_> = areas.iter().map(|(code, _)| *code).collect();
    let stock = store::stock(&app.db, &codes).await?;
    let flows = store::flow(&app.db, &codes, &[scope.period]).await?;
    let district = |(code, name): (&str, &str)| {
        let mut lights = Lights::default();
        for row in stock
            .iter()
            .filter(|row| row.area == code && OPEN.contains(&row.status))
        {
            lights.add(row.light, row.orders);
        }
        District {
            code: code.to_owned(),
            name: name.to_owned(),
            open: lights.total(),
            lights,
            arrived: flow_of(&flows, code, scope.period).arrived(),
        }
    };
    let districts = areas.into_iter().map(district);
    Ok(districts
        .filter(|district| district.code != NOWHERE || district.open + district.arrived > 0)
        .collect())
}

async fn trend(app: &App, own: &str, today: Period) -> Result<Vec<TrendPoint>> {
    let weeks = Period::of(Grain::Week, today.starts_on).and_before(WEEKS);
    let flows = store::flow(&app.db, &[own], &weeks).await?;
    let point = |week: Period| {
        let flow = flow_of(&flows, own, week);
        TrendPoint {
            from: week.starts_on,
            to: week.last_day(),
            arrived: flow.arrived(),
            closed: flow.closed,
            satisfaction: Rates::of(&flow).satisfaction.into(),
        }
    };
    Ok(weeks.into_iter().map(point).collect())
}

/// The units of the span by rank, as flows.
pub async fn ranked(app: &App, scope: &Scope) -> Result<Vec<Ranked>> {
    let rows = store::flow_by(&app.db, scope.key(), scope.period, 'u').await?;
    let units = rows
        .into_iter()
        .filter_map(|(subject, flow)| Some((unit_of(&subject)?, flow)));
    Ok(rank(units.filter(|(_, flow)| *flow != Flow::default()).collect()))
}

async fn units(app: &App, city: &City, scope: &Scope) -> Result<Vec<UnitLine>> {
    let all = ranked(app, scope).await?;
    let judged = all.iter().filter(|unit| unit.rank.is_some()).take(RANKED);
    let unjudged = all.iter().filter(|unit| unit.rank.is_none()).take(UNRANKED);
    let shown: Vec<_> = judged.chain(unjudged).collect();
    let subjects = shown.iter().map(|unit| unit_subject(unit.unit)).collect();
    let mut lights: HashMap<UnitId, Lights> = HashMap::new();
    for row in store::stock_of(&app.db, scope.key(), subjects).await? {
        if let Some(unit) = unit_of(&row.subject) {
            lights.entry(unit).or_default().add(row.light, row.orders);
        }
    }
    let line = |unit: &Ranked| {
        let lights = lights.get(&unit.unit).copied().unwrap_or_default();
        UnitLine {
            rank: unit.rank,
            id: unit.unit,
            name: city
                .unit(unit.unit)
                .map_or_else(String::new, |unit| unit.name.clone()),
            open: lights.total(),
            lights,
            arrived: unit.flow.arrived(),
            response: Fraction::from(unit.rates.response),
            resolution: Fraction::from(unit.rates.resolution),
            satisfaction: Fraction::from(unit.rates.satisfaction),
            score: rates::in_percent(unit.score),
        }
    };
    Ok(shown.into_iter().map(line).collect())
}
