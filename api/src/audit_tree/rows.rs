//! Reads the rows that leaves cover, for many orders at once. Each query is bounded by the number of orders.

use std::collections::HashMap;

use entity::ids::{OrderId, PhotoId};
use entity::{
    assignment, deadline, endorsement, extension, follow_up, order, order_photo, order_return, photo, reply,
    reply_decision, supervision_order, urge, verdict,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::contents::OrderRows;
use crate::error::Result;

/// Reads one table into the orders' rows.
macro_rules! read {
    ($connection:expr, $ids:expr, $all:expr, $table:ident::Entity => $field:ident) => {
        let rows = $table::Entity::find().filter($table::Column::OrderId.is_in($ids.iter().copied()));
        for row in rows.all($connection).await? {
            $all.entry(row.order_id).or_default().$field.push(row);
        }
    };
}

/// Returns the rows of these orders. A deleted order has an entry if any row of it is left.
pub(super) async fn of_orders(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, OrderRows>> {
    let mut all: HashMap<OrderId, OrderRows> = HashMap::new();
    let orders = order::Entity::find().filter(order::Column::Id.is_in(ids.iter().copied()));
    for row in orders.all(connection).await? {
        let id = row.id;
        all.entry(id).or_default().order = Some(row);
    }
    read!(connection, ids, all, verdict::Entity => verdicts);
    read!(connection, ids, all, reply::Entity => replies);
    read!(connection, ids, all, supervision_order::Entity => supervision_orders);
    read!(connection, ids, all, urge::Entity => urges);
    read!(connection, ids, all, deadline::Entity => deadlines);
    read!(connection, ids, all, extension::Entity => extensions);
    read!(connection, ids, all, order_return::Entity => returns);
    read!(connection, ids, all, assignment::Entity => assignments);
    read!(connection, ids, all, endorsement::Entity => endorsements);
    read!(connection, ids, all, follow_up::Entity => follow_ups);
    read!(connection, ids, all, reply_decision::Entity => decisions);
    photos(connection, ids, &mut all).await?;
    Ok(all)
}

async fn photos(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
    all: &mut HashMap<OrderId, OrderRows>,
) -> Result<()> {
    let rows = order_photo::Entity::find()
        .filter(order_photo::Column::OrderId.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let hashes: Vec<(PhotoId, String)> = photo::Entity::find()
        .select_only()
        .columns([photo::Column::Id, photo::Column::Sha256])
        .filter(photo::Column::Id.is_in(rows.iter().map(|row| row.photo_id)))
        .into_tuple()
        .all(connection)
        .await?;
    let hashes: HashMap<PhotoId, String> = hashes.into_iter().collect();
    for row in rows {
        let hash = hashes.get(&row.photo_id).cloned();
        all.entry(row.order_id).or_default().photos.push((row, hash));
    }
    Ok(())
}
