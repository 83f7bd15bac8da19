//! Reading one order and its timeline.

use chrono::{DateTime, FixedOffset};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::{ActorRole, Status, Visibility};
use entity::{order, order_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::deadlines::deadline_rows;
use crate::error::{Error, Result};
use crate::http::time::local;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::access;
use crate::orders::rules::actor::Actor;
use crate::orders::store;
use crate::orders::view::load::{self, OrderContext};
use crate::orders::view::{self, OrderView, UnitView};
use crate::stored_json::StoredJson as _;

/// Returns a visible order with its rows, otherwise 404.
pub async fn visible(app: &App, actor: &Actor, number: &str) -> Result<(order::Model, OrderContext)> {
    let order = store::by_number(&app.db, number)
        .await?
        .ok_or_else(Error::not_found)?;
    let clocks = deadline_rows::of_order(&app.db, order.id).await?;
    let around = OrderContext::of(&app.db, &order, clocks).await?;
    if access::may_see(actor, &order, &around.known) {
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
    let known = store::access_context(&app.db, id).await?;
    Ok(access::may_see(actor, &order, &known))
}

pub async fn detail(app: &App, actor: &Actor, number: &str) -> Result<OrderView> {
    let (order, around) = visible(app, actor, number).await?;
    view::build_view(app, actor, &order, around, app.clock.now()).await
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    pub seq: i32,
    /// The action, e.g. `submitted`, `dispatched`, `accepted`, `replied`.
    pub action: String,
    /// The action in Chinese.
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

/// Returns the history as far as the actor may read it, oldest first.
pub async fn timeline(app: &App, actor: &Actor, number: &str) -> Result<Vec<TimelineItem>> {
    let (order, _) = visible(app, actor, number).await?;
    let events = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order.id))
        .filter(order_event::Column::Visibility.is_in(readable(actor.role)))
        .order_by_asc(order_event::Column::Seq)
        .all(&app.db)
        .await?;
    let people = load::people(&app.db, events.iter().filter_map(|event| event.actor_id)).await?;
    let city = app.state::<CityHandle>().load();
    let hidden = access::hides_reporter(actor, &order);
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
        // Remarks of the reporter to the desk are not shown to others.
        let kept = access::is_public_reader(actor, &order) && event.actor_id == Some(order.reporter_id);
        Ok(TimelineItem {
            seq: event.seq,
            title: event.action.label().to_owned(),
            action: event.action.to_string(),
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
            note: event.note.filter(|_| !kept),
            detail: EventDetail::served(event.detail)?,
            photo_ids: if kept {
                Vec::new()
            } else {
                serde_json::from_value(event.photo_ids).unwrap_or_default()
            },
            hash: event.hash,
        })
    };
    events.into_iter().map(item).collect()
}

/// Returns the visibilities of a role: delegates read public entries, units internal ones too, those above them all.
fn readable(role: ActorRole) -> Vec<Visibility> {
    match role {
        ActorRole::Delegate | ActorRole::Resident => vec![Visibility::Public],
        ActorRole::Handler => vec![Visibility::Public, Visibility::Internal],
        ActorRole::Operator | ActorRole::Supervisor | ActorRole::Admin | ActorRole::System => {
            Visibility::ALL.to_vec()
        }
    }
}

/// The number of an order that is known by its id.
pub async fn number_of(app: &App, id: OrderId) -> Result<Option<String>> {
    let order = order::Entity::find_by_id(id).one(&app.db).await?;
    Ok(order.map(|order| order.number))
}
