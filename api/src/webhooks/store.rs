//! Queries on endpoints, the outbox and deliveries.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, WebhookDeliveryId, WebhookId};
use entity::kinds::WebhookDeliveryStatus;
use entity::{outbound_event, webhook_delivery, webhook_endpoint};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::db;
use crate::error::Result;

pub async fn endpoint(db: &impl ConnectionTrait, id: WebhookId) -> Result<Option<webhook_endpoint::Model>> {
    Ok(webhook_endpoint::Entity::find_by_id(id).one(db).await?)
}

/// Returns all endpoints, oldest first.
pub async fn endpoints(db: &impl ConnectionTrait) -> Result<Vec<webhook_endpoint::Model>> {
    let query = webhook_endpoint::Entity::find().order_by_asc(webhook_endpoint::Column::CreatedAt);
    Ok(query.all(db).await?)
}

pub async fn save_endpoint(txn: &impl ConnectionTrait, row: webhook_endpoint::ActiveModel) -> Result<()> {
    row.update(txn).await?;
    Ok(())
}

pub async fn insert_endpoint(txn: &impl ConnectionTrait, row: webhook_endpoint::Model) -> Result<()> {
    let row = row.into_active_model().reset_all();
    webhook_endpoint::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Deletes an endpoint and its deliveries. Returns `false` if there is none.
pub async fn delete_endpoint(txn: &impl ConnectionTrait, id: WebhookId) -> Result<bool> {
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::EndpointId.eq(id))
        .exec(txn)
        .await?;
    let deleted = webhook_endpoint::Entity::delete_by_id(id).exec(txn).await?;
    Ok(deleted.rows_affected > 0)
}

/// Locks up to `limit` outbox rows and returns them, oldest first. Skips rows that another replica has locked.
pub async fn lock_events(txn: &impl ConnectionTrait, limit: u64) -> Result<Vec<outbound_event::Model>> {
    let mut query = outbound_event::Entity::find()
        .order_by_asc(outbound_event::Column::Id)
        .limit(limit);
    if db::supports_skip_locked(txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.all(txn).await?)
}

pub async fn delete_events(txn: &impl ConnectionTrait, ids: Vec<i64>) -> Result<()> {
    outbound_event::Entity::delete_many()
        .filter(outbound_event::Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    Ok(())
}

/// Returns the pairs of these endpoints and orders that have a delivery.
pub async fn orders_sent(
    txn: &impl ConnectionTrait,
    endpoints: Vec<WebhookId>,
    orders: Vec<OrderId>,
) -> Result<HashSet<(WebhookId, OrderId)>> {
    use webhook_delivery::Column;
    let pairs: Vec<(WebhookId, OrderId)> = webhook_delivery::Entity::find()
        .select_only()
        .columns([Column::EndpointId, Column::OrderId])
        .distinct()
        .filter(Column::EndpointId.is_in(endpoints))
        .filter(Column::OrderId.is_in(orders))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(pairs.into_iter().collect())
}

pub async fn insert_deliveries(txn: &impl ConnectionTrait, rows: Vec<webhook_delivery::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    webhook_delivery::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Locks up to `limit` due deliveries and returns them. Per endpoint and order only the oldest unfinished delivery is
/// due; the others wait for it.
pub async fn lock_due(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<webhook_delivery::Model>> {
    use webhook_delivery::Column;
    let earlier = "earlier";
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(webhook_delivery::Entity, earlier)
        .and_where(
            Expr::col((earlier, Column::EndpointId)).equals((webhook_delivery::Entity, Column::EndpointId)),
        )
        .and_where(Expr::col((earlier, Column::OrderId)).equals((webhook_delivery::Entity, Column::OrderId)))
        .and_where(
            Expr::col((earlier, Column::Sequence))
                .lt(Expr::col((webhook_delivery::Entity, Column::Sequence))),
        )
        .and_where(Expr::col((earlier, Column::NextAt)).is_not_null())
        .to_owned();
    let mut query = webhook_delivery::Entity::find()
        .filter(Column::NextAt.lte(now))
        .filter(Expr::exists(before).not())
        .order_by_asc(Column::NextAt)
        .order_by_asc(Column::Sequence)
        .limit(limit);
    if db::supports_skip_locked(txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.all(txn).await?)
}

/// Leases the deliveries until `until`: no other worker sends them before.
pub async fn lease(
    txn: &impl ConnectionTrait,
    ids: Vec<WebhookDeliveryId>,
    until: DateTime<Utc>,
) -> Result<()> {
    use webhook_delivery::Column;
    webhook_delivery::Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    Ok(())
}

pub async fn save_delivery(txn: &impl ConnectionTrait, row: webhook_delivery::ActiveModel) -> Result<()> {
    row.update(txn).await?;
    Ok(())
}

/// Returns a delivery of an endpoint.
pub async fn delivery(
    db: &impl ConnectionTrait,
    endpoint: WebhookId,
    id: WebhookDeliveryId,
) -> Result<Option<webhook_delivery::Model>> {
    let query =
        webhook_delivery::Entity::find_by_id(id).filter(webhook_delivery::Column::EndpointId.eq(endpoint));
    Ok(query.one(db).await?)
}

/// Returns the newest deliveries of an endpoint.
pub async fn log(
    db: &impl ConnectionTrait,
    endpoint: WebhookId,
    limit: u64,
) -> Result<Vec<webhook_delivery::Model>> {
    let query = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::EndpointId.eq(endpoint))
        .order_by_desc(webhook_delivery::Column::CreatedAt)
        .order_by_desc(webhook_delivery::Column::Id)
        .limit(limit);
    Ok(query.all(db).await?)
}

/// Ends the pending deliveries of a disabled endpoint.
pub async fn fail_waiting(txn: &impl ConnectionTrait, endpoint: WebhookId, now: DateTime<Utc>) -> Result<()> {
    use webhook_delivery::Column;
    webhook_delivery::Entity::update_many()
        .col_expr(
            Column::Status,
            Expr::value(WebhookDeliveryStatus::Failed.as_str()),
        )
        .col_expr(Column::NextAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::FinishedAt, Expr::value(now))
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::NextAt.is_not_null())
        .exec(txn)
        .await?;
    Ok(())
}
