//! Queries on `video`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, VideoId};
use entity::kinds::ContentCheck;
use entity::video::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
};

use crate::error::Result;

pub(super) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The videos with these ids that are not being removed.
pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[VideoId]) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::RemovingAt.is_null());
    Ok(query.all(connection).await?)
}

/// The videos of these orders.
pub async fn of_orders(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Model>> {
    let rows = Entity::find()
        .filter(Column::OrderId.is_in(orders.iter().copied()))
        .all(connection)
        .await?;
    let of_order = rows.into_iter().filter_map(|row| Some((row.order_id?, row)));
    Ok(of_order.collect())
}

/// Puts the owner's video into an order. `None` if there is no such upload of theirs, or it is in use.
pub(super) async fn attach(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    id: VideoId,
    order: OrderId,
) -> Result<Option<Model>> {
    let attached = Entity::update_many()
        .col_expr(Column::OrderId, Expr::value(order))
        .filter(Column::Id.eq(id))
        .filter(Column::OwnerId.eq(owner))
        .filter(Column::OrderId.is_null())
        .filter(Column::RemovingAt.is_null())
        .exec(connection)
        .await?;
    if attached.rows_affected == 0 {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Drops the reference to a poster that has been removed.
pub(super) async fn forget_poster(connection: &impl ConnectionTrait, id: VideoId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::PosterId, Expr::value(None::<uuid::Uuid>))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

/// Stores what the reviewer decided.
pub async fn set_review(
    connection: &impl ConnectionTrait,
    ids: &[VideoId],
    review: ContentCheck,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Review, Expr::value(review))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Marks a video of no order for removal; returns `false` if it has one. A video without a row counts as unused.
pub(super) async fn mark_unused(
    connection: &impl ConnectionTrait,
    id: VideoId,
    now: DateTime<Utc>,
) -> Result<bool> {
    if Entity::find_by_id(id).one(connection).await?.is_none() {
        return Ok(true);
    }
    let marked = Entity::update_many()
        .col_expr(Column::RemovingAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::OrderId.is_null())
        .exec(connection)
        .await?;
    Ok(marked.rows_affected > 0)
}

pub(super) async fn remove(connection: &impl ConnectionTrait, id: VideoId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::RemovingAt.is_not_null())
        .exec(connection)
        .await?;
    Ok(())
}
