//! Cache of the counts per screen. Counts do not change between two projections, so one read serves all viewers of a
//! screen.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use entity::kinds::{Grain, Status};
use entity::overview_stock;
use moka::future::Cache;
use sea_orm::ConnectionTrait;

use super::count_deltas::{Flow, unit_of, unit_subject};
use super::period::{Period, Window};
use super::rates::{Ranked, rank};
use super::scope::Scope;
use super::store;
use crate::app::App;
use crate::error::{Error, Result};

const WEEKS: usize = 12;
const RANKED: usize = 10;
const UNRANKED: usize = 5;
/// Screens that differ: each county by a few spans.
const CACHE_CAPACITY: u64 = 64;
const CACHE_TTL: Duration = Duration::from_secs(300);

/// Counts of the present state of the projection.
pub struct CountsCache(Cache<Key, Arc<ScreenCounts>>);

/// The cache key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Of the fold that was committed before anything was read.
    seq: i64,
    scope: Scope,
    areas: Vec<String>,
    today: NaiveDate,
}

/// By area and first day of the span.
pub type Flows = HashMap<(String, NaiveDate), Flow>;

/// All counts of one screen.
#[derive(Debug)]
pub struct ScreenCounts {
    /// The screen's span and the one before.
    pub span: Flow,
    pub before: Flow,
    pub today: Flow,
    /// Of the screen's area, and of each area on its map.
    pub stock: Vec<overview_stock::Model>,
    pub areas: Vec<overview_stock::Model>,
    /// In the span, by area.
    pub arrived: HashMap<String, Flow>,
    pub medians: BTreeMap<Status, DateTime<Utc>>,
    /// The last twelve weeks, the oldest first.
    pub weeks: Vec<(Period, Flow)>,
    /// The units that are shown, and their open orders.
    pub units: Vec<Ranked>,
    pub at_units: Vec<overview_stock::Model>,
}

impl Default for CountsCache {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(CACHE_CAPACITY)
            .time_to_live(CACHE_TTL);
        Self(cache.build())
    }
}

/// The counts as of the fold `seq` or a later one.
pub async fn cached(
    app: &App,
    scope: &Scope,
    areas: &[&str],
    seq: i64,
    today: NaiveDate,
) -> Result<Arc<ScreenCounts>> {
    let key = Key {
        seq,
        scope: scope.clone(),
        areas: areas.iter().map(|code| (*code).to_owned()).collect(),
        today,
    };
    let reading = read(app, scope, areas, today);
    let counts = app
        .state::<CountsCache>()
        .0
        .try_get_with(key, async { reading.await.map(Arc::new) });
    counts
        .await
        .map_err(|error: Arc<Error>| anyhow::anyhow!("the kept counts: {error}").into())
}

async fn read(app: &App, scope: &Scope, areas: &[&str], today: NaiveDate) -> Result<ScreenCounts> {
    let (db, own) = (&app.db, scope.area_key());
    let span = scope.period;
    let weeks = Period::of(Grain::Week, today).with_previous(WEEKS);
    let by_week = store::flow(db, &[own], &weeks).await?;
    let units = limited(ranked(app, scope).await?);
    let subjects = units.iter().map(|unit| unit_subject(unit.of)).collect();
    Ok(ScreenCounts {
        span: window_flow(db, own, span).await?,
        before: window_flow(db, own, span.previous()).await?,
        today: window_flow(db, own, Period::of(Grain::Day, today).into()).await?,
        stock: store::stock(db, &[own]).await?,
        areas: store::stock(db, areas).await?,
        arrived: window_flows(db, areas, span).await?,
        medians: store::medians(db, own).await?,
        weeks: weeks
            .into_iter()
            .map(|week| (week, flow_of(&by_week, own, week)))
            .collect(),
        at_units: store::stock_of(db, own, subjects).await?,
        units,
    })
}

#[must_use]
pub fn flow_of(flows: &Flows, area: &str, period: Period) -> Flow {
    let key = (area.to_owned(), period.starts_on);
    flows.get(&key).copied().unwrap_or_default()
}

/// The flow of these areas in a span.
pub async fn window_flows(
    db: &impl ConnectionTrait,
    areas: &[&str],
    window: Window,
) -> Result<HashMap<String, Flow>> {
    let mut sums: HashMap<String, Flow> = HashMap::new();
    for ((area, _), flow) in store::flow(db, areas, &window.periods()).await? {
        *sums.entry(area).or_default() += flow;
    }
    Ok(sums)
}

/// The flow of one area in a span.
pub async fn window_flow(db: &impl ConnectionTrait, area: &str, window: Window) -> Result<Flow> {
    let mut flows = window_flows(db, &[area], window).await?;
    Ok(flows.remove(area).unwrap_or_default())
}

/// The units of the span by rank, as flows.
pub async fn ranked(app: &App, scope: &Scope) -> Result<Vec<Ranked>> {
    let rows = store::flow_by(&app.db, scope.area_key(), &scope.period.periods(), 'u').await?;
    let units = rows
        .into_iter()
        .filter_map(|(subject, flow)| Some((unit_of(&subject)?, flow)));
    Ok(rank(units.filter(|(_, flow)| *flow != Flow::default()).collect()))
}

/// The best of those that can be judged, then some that cannot.
fn limited(all: Vec<Ranked>) -> Vec<Ranked> {
    let (judged, unjudged): (Vec<_>, Vec<_>) = all.into_iter().partition(|unit| unit.rank.is_some());
    let judged = judged.into_iter().take(RANKED);
    judged.chain(unjudged.into_iter().take(UNRANKED)).collect()
}
