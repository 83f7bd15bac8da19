//! 最新动态 and 最新评价: a few rows each, newest first.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use entity::ids::UnitId;
use entity::kinds::{EventAction, Satisfaction, Solved};
use entity::{order, order_event, verdict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::excerpts::{excerpt, unit_name};
use crate::city::snapshot::City;
use crate::error::Result;
use crate::http::time::local;

const EVENTS: u64 = 12;
const VERDICTS: u64 = 8;
/// As many of the last events are looked through for those of one county.
const SCAN_LIMIT: i64 = 4_000;
const RECENT: TimeDelta = TimeDelta::days(14);
/// Events that a committee follows.
const TOLD: [EventAction; 16] = [
    EventAction::Submitted,
    EventAction::Dispatched,
    EventAction::Redispatched,
    EventAction::Accepted,
    EventAction::Returned,
    EventAction::Replied,
    EventAction::Supplemented,
    EventAction::Verdict,
    EventAction::Reopened,
    EventAction::Urged,
    EventAction::Tracked,
    EventAction::SupervisionOrder,
    EventAction::SupervisionOrderAnswered,
    EventAction::Raised,
    EventAction::CampaignJoined,
    EventAction::LightRed,
];

/// One step of an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    pub number: String,
    /// The event, e.g. `replied`, and its name.
    pub action: String,
    pub name: String,
    /// The beginning of the order's words.
    pub title: String,
    pub area: Option<String>,
    pub unit: Option<String>,
    pub at: DateTime<FixedOffset>,
}

/// A verdict that was just given.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LatestVerdict {
    pub number: String,
    pub result: Satisfaction,
    pub solved: Solved,
    pub comment: Option<String>,
    pub title: String,
    pub unit: Option<String>,
    pub at: DateTime<FixedOffset>,
}

pub async fn events(
    db: &impl ConnectionTrait,
    city: &City,
    area: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<FeedEvent>> {
    use order_event::Column as E;
    type Row = (
        EventAction,
        DateTime<Utc>,
        String,
        String,
        Option<String>,
        Option<UnitId>,
    );
    let newest: Option<Option<i64>> = order_event::Entity::find()
        .select_only()
        .column_as(E::Id.max(), "newest")
        .into_tuple()
        .one(db)
        .await?;
    let Some(newest) = newest.flatten() else {
        return Ok(Vec::new());
    };
    let rows: Vec<Row> = order_event::Entity::find()
        .select_only()
        .columns([E::Action, E::At])
        .columns([
            order::Column::Number,
            order::Column::Description,
            order::Column::AreaCode,
            order::Column::UnitId,
        ])
        .join(JoinType::InnerJoin, event_order())
        .filter(E::Id.gt(newest - SCAN_LIMIT))
        .filter(E::At.gt(now - RECENT))
        .filter(E::Action.is_in(TOLD))
        .filter(Condition::all().add_option(area.map(|area| order::Column::AreaCode.eq(area))))
        .order_by_desc(E::At)
        .order_by_desc(E::Id)
        .limit(EVENTS)
        .into_tuple()
        .all(db)
        .await?;
    let event = |(action, at, number, description, area, unit): Row| FeedEvent {
        number,
        name: action.label().to_owned(),
        action: action.to_string(),
        title: excerpt(&description),
        area: area.map(|code| city.county_name(&code).to_owned()),
        unit: unit_name(city, unit),
        at: local(at, city.zone()),
    };
    Ok(rows.into_iter().map(event).collect())
}

pub async fn verdicts(
    db: &impl ConnectionTrait,
    city: &City,
    area: Option<&str>,
) -> Result<Vec<LatestVerdict>> {
    use verdict::Column as V;
    type Row = (
        Satisfaction,
        Solved,
        Option<String>,
        DateTime<Utc>,
        String,
        String,
        Option<UnitId>,
    );
    let rows: Vec<Row> = verdict::Entity::find()
        .select_only()
        .columns([V::Result, V::Solved, V::Comment, V::CreatedAt])
        .columns([
            order::Column::Number,
            order::Column::Description,
            order::Column::UnitId,
        ])
        .join(JoinType::InnerJoin, verdict_order())
        .filter(Condition::all().add_option(area.map(|area| order::Column::AreaCode.eq(area))))
        .order_by_desc(V::CreatedAt)
        .limit(VERDICTS)
        .into_tuple()
        .all(db)
        .await?;
    let line = |(result, solved, comment, at, number, description, unit): Row| LatestVerdict {
        number,
        result,
        solved,
        comment: comment.map(|comment| excerpt(&comment)),
        title: excerpt(&description),
        unit: unit_name(city, unit),
        at: local(at, city.zone()),
    };
    Ok(rows.into_iter().map(line).collect())
}

fn event_order() -> RelationDef {
    order_event::Entity::belongs_to(order::Entity)
        .from(order_event::Column::OrderId)
        .to(order::Column::Id)
        .into()
}

fn verdict_order() -> RelationDef {
    verdict::Entity::belongs_to(order::Entity)
        .from(verdict::Column::OrderId)
        .to(order::Column::Id)
        .into()
}
