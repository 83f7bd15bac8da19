//! The order change feed. Every write of an order's row appends the order here in the same transaction; dependent data
//! (materialized counts, screens) are updated from it without scanning the orders.

use entity::ids::OrderId;
use entity::order_change;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::error::Result;

/// Says that the order has changed. A row of its own each time: two who change orders at once never wait for each
/// other here.
pub async fn append(txn: &impl ConnectionTrait, order: OrderId) -> Result<()> {
    append_all(txn, [order]).await
}

/// Appends several orders to the change feed.
pub async fn append_all(txn: &impl ConnectionTrait, orders: impl IntoIterator<Item = OrderId>) -> Result<()> {
    let rows = orders.into_iter().map(|order| order_change::ActiveModel {
        order_id: Set(order),
        ..Default::default()
    });
    order_change::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
