//! A topic as its readers see it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use entity::ids::{CampaignId, TopicId, UnitId};
use entity::kinds::{Status, TopicAction, TopicOrigin, TopicStatus};
use entity::{topic, topic_area};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::http::time::local;
use crate::insight::store::{self, TopicFilter, TopicRow};
use crate::insight::topic_actions;
use crate::supervision::campaigns::service::MAX_ORDERS;

/// Events of a topic's history shown, the newest.
const HISTORY: u64 = 100;

/// The figures that caused an alert.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AlertFigures {
    pub recent: i32,
    pub expected: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TopicView {
    pub id: TopicId,
    /// `group`: orders about one thing; `rise`: a category that is more frequent than usual.
    pub origin: TopicOrigin,
    pub title: String,
    pub keywords: Vec<String>,
    /// 类
    pub kind: Option<String>,
    pub category: Option<NamedCode>,
    pub status: TopicStatus,
    pub order_count: i32,
    pub delegate_count: i32,
    /// Orders in the last `window_days` days, in as many days before, and how many the past lets expect.
    pub recent: i32,
    pub before: i32,
    pub expected: f64,
    pub window_days: i32,
    pub growth: i32,
    /// Corrected for having looked everywhere.
    pub p_value: f64,
    /// Chance alone causes such a rise once in this many daily searches.
    pub recurrence_days: f64,
    pub areas: Vec<AreaShare>,
    #[schema(value_type = String, format = DateTime)]
    pub first_at: DateTime<FixedOffset>,
    #[schema(value_type = String, format = DateTime)]
    pub last_at: DateTime<FixedOffset>,
    /// Time of the alert to the supervisors.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub crossed_at: Option<DateTime<FixedOffset>>,
    /// `recent` and `expected` at the time of the alert.
    pub at_alert: Option<AlertFigures>,
    pub dismissed: bool,
    pub merged_into: Option<TopicId>,
    pub campaign: Option<CampaignId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NamedCode {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AreaShare {
    pub code: String,
    pub name: String,
    pub orders: i32,
}

/// A topic with what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicDetail {
    #[serde(flatten)]
    pub topic: TopicView,
    /// The newest first; of a county's people those of their county.
    pub orders: Vec<TopicOrder>,
    pub units: Vec<UnitShare>,
    /// Orders by week, from the first to the last.
    pub weeks: Vec<WeekCount>,
    pub history: Vec<TopicEvent>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TopicOrder {
    pub number: String,
    pub status: Status,
    pub area: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: DateTime<FixedOffset>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnitShare {
    pub id: UnitId,
    pub name: String,
    pub orders: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WeekCount {
    /// The week's Monday.
    pub week: NaiveDate,
    pub orders: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TopicEvent {
    pub action: TopicAction,
    /// Whether an analyst did it, and not the system.
    pub by_analyst: bool,
    pub other: Option<TopicId>,
    pub note: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: DateTime<FixedOffset>,
}

/// The topics that the caller may know of, the busiest first.
pub async fn page(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<TopicView>> {
    let wanted = TopicFilter {
        area: topic_actions::confined_to(caller)?,
        ..TopicFilter::default()
    };
    self::wanted(app, &wanted, paging).await
}

/// A page of what is wanted.
pub async fn wanted(app: &App, wanted: &TopicFilter, paging: &Paging) -> Result<Page<TopicView>> {
    let limit = paging.limit()?;
    let rows = store::list(&app.db, wanted, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.recent, row.id));
    Ok(Page {
        items: views(app, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

/// Topics with their areas: one query for all.
pub async fn views(app: &App, topics: Vec<topic::Model>) -> Result<Vec<TopicView>> {
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    let mut areas: HashMap<TopicId, Vec<topic_area::Model>> = HashMap::new();
    for row in store::areas(&app.db, &ids).await? {
        areas.entry(row.topic_id).or_default().push(row);
    }
    let view = |topic: topic::Model| {
        let areas = areas.remove(&topic.id).unwrap_or_default();
        one(app, topic, areas)
    };
    Ok(topics.into_iter().map(view).collect())
}

/// A topic with everything it rests on; `area` is what a county's people see.
pub async fn detail(app: &App, topic: topic::Model, area: Option<&str>) -> Result<TopicDetail> {
    let zone = app.state::<CityHandle>().load().zone();
    let orders = store::orders_of(&app.db, topic.id, area, MAX_ORDERS).await?;
    let history = store::history(&app.db, topic.id, HISTORY).await?;
    let areas = store::areas(&app.db, &[topic.id]).await?;
    let city = app.state::<CityHandle>().load();
    let shown = |order: &TopicRow| TopicOrder {
        number: order.number.clone(),
        status: order.status,
        area: order
            .area_code
            .as_deref()
            .map(|code| city.county_name(code).to_owned()),
        created_at: local(order.created_at, zone),
    };
    let mut units: BTreeMap<UnitId, i32> = BTreeMap::new();
    let mut weeks: BTreeMap<NaiveDate, i32> = BTreeMap::new();
    for order in &orders {
        if let Some(unit) = order.unit_id {
            *units.entry(unit).or_default() += 1;
        }
        *weeks.entry(monday(order.created_at, zone)).or_default() += 1;
    }
    let mut units: Vec<UnitShare> = units
        .into_iter()
        .filter_map(|(id, orders)| {
            let name = city.unit(id)?.name.clone();
            Some(UnitShare { id, name, orders })
        })
        .collect();
    units.sort_by(|a, b| b.orders.cmp(&a.orders).then_with(|| a.name.cmp(&b.name)));
    Ok(TopicDetail {
        topic: one(app, topic, areas),
        orders: orders.iter().map(shown).collect(),
        units,
        weeks: weeks
            .into_iter()
            .map(|(week, orders)| WeekCount { week, orders })
            .collect(),
        history: history
            .into_iter()
            .map(|event| TopicEvent {
                action: event.action,
                by_analyst: event.person_id.is_some(),
                other: event.other_id,
                note: event.note,
                at: local(event.at, zone),
            })
            .collect(),
    })
}

fn monday(at: DateTime<Utc>, zone: chrono_tz::Tz) -> NaiveDate {
    let day = at.with_timezone(&zone).date_naive();
    let since = chrono::Datelike::weekday(&day).num_days_from_monday();
    day - TimeDelta::days(i64::from(since))
}

fn one(app: &App, topic: topic::Model, areas: Vec<topic_area::Model>) -> TopicView {
    let city = app.state::<CityHandle>().load();
    let zone = city.zone();
    let category = topic.category_code.map(|code| NamedCode {
        name: city.categories.name_of(&code).to_owned(),
        code,
    });
    let share = |row: topic_area::Model| AreaShare {
        name: city.county_name(&row.area_code).to_owned(),
        code: row.area_code,
        orders: row.orders,
    };
    TopicView {
        id: topic.id,
        origin: topic.origin,
        title: topic.title,
        keywords: serde_json::from_value(topic.keywords).unwrap_or_default(),
        kind: topic.kind,
        category,
        status: topic.status,
        order_count: topic.orders,
        delegate_count: topic.delegates,
        recent: topic.recent,
        before: topic.before,
        expected: topic.expected,
        window_days: topic.window_days,
        growth: topic.recent - topic.before,
        p_value: topic.p_value,
        recurrence_days: 1.0 / topic.p_value.max(f64::MIN_POSITIVE),
        areas: areas.into_iter().map(share).collect(),
        first_at: local(topic.first_at, zone),
        last_at: local(topic.last_at, zone),
        crossed_at: topic.crossed_at.map(|at| local(at, zone)),
        at_alert: topic
            .crossed_recent
            .zip(topic.crossed_expected)
            .map(|(recent, expected)| AlertFigures { recent, expected }),
        dismissed: topic.dismissed_at.is_some(),
        merged_into: topic.merged_into,
        campaign: topic.campaign_id,
    }
}
