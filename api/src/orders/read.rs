//! Reading one order, its timeline, and what is open near a place.

use chrono::{DateTime, FixedOffset};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::{ActorRole, Status, Visibility};
use entity::{order, order_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::areas::datum::Wgs84;
use crate::error::{Error, FieldError, Result};
use crate::http::time::local;
use crate::orders::actor::Actor;
use crate::orders::history::words;
use crate::orders::list::OPEN;
use crate::orders::report::GivenPoint;
use crate::orders::view::load::{self, Around};
use crate::orders::view::{self, CategoryView, OrderView, UnitView};
use crate::orders::{sight, store};

const NEAR_M: f64 = 500.0;
const METRES_PER_DEGREE: f64 = 111_195.0;
const MOST_NEAR: u64 = 200;

/// An order that the actor may know of, with what stands around it; else 404.
pub async fn visible(app: &App, actor: &Actor, number: &str) -> Result<(order::Model, Around)> {
    let order = store::by_number(&app.db, number)
        .await?
        .ok_or_else(Error::not_found)?;
    let around = load::around(&app.db, std::slice::from_ref(&order)).await?;
    let around = around.into_iter().next().unwrap_or_default();
    if sight::sees(actor, &order, &around.known) {
        Ok((order, around))
    } else {
        Err(Error::not_found())
    }
}

/// Whether the actor may know of an order that is known by its id; for photos and notices.
pub async fn may_see(app: &App, actor: &Actor, id: OrderId) -> Result<bool> {
    let Some(order) = order::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(false);
    };
    let known = store::known(&app.db, id).await?;
    Ok(sight::sees(actor, &order, &known))
}

pub async fn detail(app: &App, actor: &Actor, number: &str) -> Result<OrderView> {
    let (order, around) = visible(app, actor, number).await?;
    view::shown(app, actor, &order, around, app.clock.now()).await
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    pub seq: i32,
    /// What was done, e.g. `submitted`, `dispatched`, `accepted`, `replied`.
    pub action: String,
    /// The same in Chinese.
    pub title: String,
    pub at: DateTime<FixedOffset>,
    pub role: ActorRole,
    /// Who did it; only for those who may know.
    pub name: Option<String>,
    pub unit: Option<UnitView>,
    pub from: Option<Status>,
    pub to: Status,
    pub round: i32,
    pub visibility: Visibility,
    pub note: Option<String>,
    #[schema(value_type = Object)]
    pub detail: Value,
    pub photo_ids: Vec<PhotoId>,
    /// Link of the chain that `zhitong audit verify` follows.
    pub hash: String,
}

/// What has happened, as far as the actor may read it, the first first.
pub async fn timeline(app: &App, actor: &Actor, number: &str) -> Result<Vec<TimelineItem>> {
    let (order, _) = visible(app, actor, number).await?;
    let events = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order.id))
        .filter(order_event::Column::Visibility.is_in(readable(actor.role)))
        .order_by_asc(order_event::Column::Seq)
        .all(&app.db)
        .await?;
    let people = load::people(&app.db, events.iter().filter_map(|event| event.actor_id)).await?;
    let city = app.city.load();
    let hidden = sight::hides_reporter(actor, &order);
    let unit = |id| {
        city.unit(id).map(|unit| UnitView {
            id: unit.id,
            name: unit.name.clone(),
            level: unit.level,
        })
    };
    let item = |event: order_event::Model| {
        let known = event.actor_id.filter(|person| {
            let reporter = *person == order.reporter_id;
            actor.is(*person) || (actor.is_staff() && !(reporter && hidden))
        });
        TimelineItem {
            seq: event.seq,
            title: words::title(&event.action).to_owned(),
            action: event.action,
            at: local(event.at, city.zone()),
            role: event.actor_role,
            name: known
                .and_then(|person| people.get(&person))
                .map(|person| person.name.clone()),
            unit: event.unit_id.and_then(unit),
            from: event.from_status,
            to: event.to_status,
            round: event.round,
            visibility: event.visibility,
            note: event.note,
            detail: event.detail,
            photo_ids: serde_json::from_value(event.photo_ids).unwrap_or_default(),
            hash: event.hash,
        }
    };
    Ok(events.into_iter().map(item).collect())
}

/// What each role reads: delegates the public side, units what is internal too, those above them everything.
fn readable(role: ActorRole) -> Vec<Visibility> {
    match role {
        ActorRole::Delegate | ActorRole::Resident => vec![Visibility::Public],
        ActorRole::Handler => vec![Visibility::Public, Visibility::Internal],
        ActorRole::Operator | ActorRole::Supervisor | ActorRole::Admin | ActorRole::System => {
            Visibility::ALL.to_vec()
        }
    }
}

/// An open order near a place: enough to see that the matter is known, no more.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NearbyOrder {
    pub number: String,
    pub category: CategoryView,
    pub status: Status,
    /// Whole metres.
    pub distance_m: i64,
    /// Whether the caller reported it.
    pub mine: bool,
}

/// Open orders within 500 m, the nearest first.
async fn nearby(app: &App, actor: &Actor, place: Wgs84, category: Option<&str>) -> Result<Vec<NearbyOrder>> {
    use order::Column as C;
    let high = NEAR_M / METRES_PER_DEGREE;
    let wide = high / place.latitude.to_radians().cos().abs().max(0.01);
    let mut query = order::Entity::find()
        .filter(C::Latitude.between(place.latitude - high, place.latitude + high))
        .filter(C::Longitude.between(place.longitude - wide, place.longitude + wide))
        .filter(C::ClosedAt.is_null())
        .filter(C::Status.is_in(OPEN));
    if let Some(code) = category {
        query = query.filter(C::CategoryCode.eq(code));
    }
    let rows = query
        .order_by_desc(C::CreatedAt)
        .limit(MOST_NEAR)
        .all(&app.db)
        .await?;
    let city = app.city.load();
    let near = |order: order::Model| {
        let (longitude, latitude) = order.longitude.zip(order.latitude)?;
        let distance = place.distance_m(Wgs84 { longitude, latitude });
        let name = order
            .category_code
            .as_deref()
            .map(|code| city.categories.name_of(code).to_owned());
        (distance <= NEAR_M).then(|| NearbyOrder {
            number: order.number,
            category: CategoryView {
                code: order.category_code,
                name,
                source: order.category_source,
                confidence: None,
            },
            status: order.status,
            distance_m: distance.round() as i64,
            mine: actor.is(order.reporter_id),
        })
    };
    let mut found: Vec<_> = rows.into_iter().filter_map(near).collect();
    found.sort_by_key(|order| order.distance_m);
    Ok(found)
}

/// The same for a point as a client has it and a category by code or name.
pub async fn near(
    app: &App,
    actor: &Actor,
    point: GivenPoint,
    category: Option<&str>,
) -> Result<Vec<NearbyOrder>> {
    point.on_earth()?;
    let city = app.city.load();
    let category = match category.map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(city.categories.find(text).ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                "category",
                "unknown_category",
                "没有这个类别。",
            )])
        })?),
    };
    nearby(
        app,
        actor,
        point.wgs84(),
        category.map(|category| category.code.as_str()),
    )
    .await
}

/// The number of an order that is known by its id.
pub async fn number_of(app: &App, id: OrderId) -> Result<Option<String>> {
    let order = order::Entity::find_by_id(id).one(&app.db).await?;
    Ok(order.map(|order| order.number))
}
