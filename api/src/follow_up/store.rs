//! Queries on follow-ups.

use chrono::{DateTime, Utc};
use entity::ids::{FollowUpId, OrderId};
use entity::kinds::{FollowUpKind, FollowUpStatus, Status};
use entity::{follow_up, order};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};

use crate::error::Result;

/// The follow-up, if it still waits for an answer about the reply it was asked of.
pub async fn waiting(
    connection: &impl ConnectionTrait,
    id: FollowUpId,
) -> Result<Option<(follow_up::Model, order::Model)>> {
    let asked = follow_up::Entity::find_by_id(id).one(connection).await?;
    let Some(asked) = asked.filter(|asked| asked.answered_at.is_none()) else {
        return Ok(None);
    };
    let order = order::Entity::find_by_id(asked.order_id).one(connection).await?;
    Ok(order
        .filter(|order| order.status == Status::Replied)
        .map(|order| (asked, order)))
}

/// The latest asking of an order.
pub async fn latest(connection: &impl ConnectionTrait, order: OrderId) -> Result<Option<follow_up::Model>> {
    let askings = follow_up::Entity::find().filter(follow_up::Column::OrderId.eq(order));
    Ok(askings
        .order_by_desc(follow_up::Column::AskedAt)
        .one(connection)
        .await?)
}

/// Returns the pending call about an order.
pub async fn pending_call(
    connection: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Option<follow_up::Model>> {
    Ok(follow_up::Entity::find()
        .filter(follow_up::Column::OrderId.eq(order))
        .filter(follow_up::Column::Kind.eq(FollowUpKind::Manual))
        .filter(follow_up::Column::AnsweredAt.is_null())
        .one(connection)
        .await?)
}

/// Returns the pending call about an order, a new one if there is none.
pub async fn open_manual_call(
    connection: &impl ConnectionTrait,
    order: &order::Model,
    now: DateTime<Utc>,
) -> Result<follow_up::Model> {
    match pending_call(connection, order.id).await? {
        Some(queued) => Ok(queued),
        None => {
            let row = to_row(order, FollowUpKind::Manual, FollowUpStatus::Queued, None, now);
            Ok(row.insert(connection).await?)
        }
    }
}

/// Ends every open asking of this order.
pub async fn close_open(
    connection: &impl ConnectionTrait,
    order: OrderId,
    status: FollowUpStatus,
    now: DateTime<Utc>,
) -> Result<()> {
    follow_up::Entity::update_many()
        .col_expr(follow_up::Column::Status, Expr::value(status.as_str()))
        .col_expr(follow_up::Column::AnsweredAt, Expr::value(now))
        .col_expr(
            follow_up::Column::NextAt,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(follow_up::Column::OrderId.eq(order))
        .filter(follow_up::Column::AnsweredAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

#[must_use]
pub fn to_row(
    order: &order::Model,
    kind: FollowUpKind,
    status: FollowUpStatus,
    next_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> follow_up::ActiveModel {
    follow_up::ActiveModel {
        id: Set(FollowUpId::generate()),
        order_id: Set(order.id),
        round: Set(order.round),
        kind: Set(kind),
        status: Set(status),
        tries: Set(0),
        called_at: Set(None),
        call_days: Set(0),
        outcome: Set(None),
        asked_at: Set(now),
        next_at: Set(next_at),
        answered_at: Set(None),
        handled_by: Set(None),
    }
}
