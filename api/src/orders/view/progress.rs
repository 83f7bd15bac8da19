//! The progress of an order for holders of a receipt: its state and the public answers, without the reporter and
//! without internal remarks.

use entity::ids::OrderId;
use entity::kinds::{EventAction, Status, Visibility};
use entity::{order, order_event, reply};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::time::{LocalTime, local};
use crate::orders::actions::merged_endorsers;

/// An order runs through fewer steps; what is more is left out at the end.
const MAX_STEPS: u64 = 200;

/// An order's public side.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Progress {
    pub number: String,
    pub status: Status,
    pub round: i32,
    /// The unit in charge.
    pub unit: Option<String>,
    /// 公开答复: the latest.
    pub public_reply: Option<String>,
    pub steps: Vec<ProgressStep>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<LocalTime>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProgressStep {
    /// The action, e.g. `submitted`, `dispatched`, `accepted`, `replied`.
    pub action: String,
    /// In words for residents.
    pub title: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
}

/// A step as residents read it. What needs no other words has the staff's.
const fn title(action: EventAction) -> &'static str {
    match action {
        EventAction::Submitted => "代表提交反映事项",
        EventAction::Adopted => "代表采纳您的留言",
        EventAction::Triaged => "12345 坐席派单中",
        EventAction::Dispatched => "派给承办单位",
        EventAction::Redispatched => "改派承办单位",
        EventAction::Accepted => "承办单位已签收",
        EventAction::Replied => "承办单位已答复",
        EventAction::Reopened => "重新办理",
        EventAction::Closed => Status::Closed.label(),
        EventAction::Cancelled => Status::Cancelled.label(),
        other => other.label(),
    }
}

/// The progress of an order; of the one that it was merged into in the end, when it was.
pub async fn of(app: &App, id: OrderId) -> Result<Option<Progress>> {
    let Some(mut order) = order::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(None);
    };
    if let Some(last) = merged_endorsers::merge_targets(&app.db, &order).await?.pop() {
        order = last;
    }
    let events: Vec<order_event::Model> = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(order.id))
        .filter(order_event::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(order_event::Column::Seq)
        .limit(MAX_STEPS)
        .all(&app.db)
        .await?;
    let reply = reply::Entity::find()
        .filter(reply::Column::OrderId.eq(order.id))
        .order_by_desc(reply::Column::CreatedAt)
        .one(&app.db)
        .await?;
    let city = app.state::<CityHandle>().load();
    let step = |event: order_event::Model| ProgressStep {
        action: event.action.to_string(),
        title: title(event.action),
        at: local(event.at, city.zone()),
    };
    Ok(Some(Progress {
        unit: order
            .unit_id
            .and_then(|id| city.unit(id))
            .map(|unit| unit.name.clone()),
        number: order.number,
        status: order.status,
        round: order.round,
        public_reply: reply.map(|reply| reply.public_reply),
        steps: events.into_iter().map(step).collect(),
        closed_at: order.closed_at.map(|at| local(at, city.zone())),
    }))
}
