//! Queries on events of the linked platform and on its numbers of orders.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::{ClientId, OrderId, UnitId};
use entity::kinds::Status;
use entity::{link_event, link_order, order, order_position};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    JoinType, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Result;

/// The part of an order that the link needs.
#[derive(Clone, Debug)]
pub struct LinkedOrder {
    pub id: OrderId,
    pub number: String,
    pub unit: Option<UnitId>,
    /// County-level code.
    pub area: Option<String>,
}

pub async fn event(
    db: &impl ConnectionTrait,
    client: ClientId,
    event_id: &str,
) -> Result<Option<link_event::Model>> {
    let key = (client, event_id.to_owned());
    Ok(link_event::Entity::find_by_id(key).one(db).await?)
}

/// Begins an event: `answer_status` 0 means that it has no answer yet. An event that has begun already is not changed.
pub async fn begin_event(
    txn: &impl ConnectionTrait,
    client: ClientId,
    event_id: &str,
    body_hash: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = link_event::ActiveModel {
        client_id: Set(client),
        event_id: Set(event_id.to_owned()),
        body_hash: Set(body_hash),
        answer_status: Set(0),
        answer: Set(Value::Null),
        received_at: Set(now),
    };
    link_event::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub async fn answer_event(
    txn: &impl ConnectionTrait,
    client: ClientId,
    event_id: &str,
    status: i32,
    answer: Value,
) -> Result<()> {
    let row = link_event::ActiveModel {
        client_id: Set(client),
        event_id: Set(event_id.to_owned()),
        answer_status: Set(status),
        answer: Set(answer),
        ..Default::default()
    };
    row.update(txn).await?;
    Ok(())
}

/// Returns the order with this number, or with this number of the platform.
pub async fn order(
    db: &impl ConnectionTrait,
    client: ClientId,
    number: Option<&str>,
    external_number: Option<&str>,
) -> Result<Option<LinkedOrder>> {
    let mut query = order::Entity::find().select_only().columns([
        order::Column::Id,
        order::Column::Number,
        order::Column::UnitId,
        order::Column::AreaCode,
    ]);
    query = match (number, external_number) {
        (Some(number), _) => query.filter(order::Column::Number.eq(number.to_uppercase())),
        (None, Some(external)) => {
            let linked: Option<OrderId> = link_order::Entity::find()
                .select_only()
                .column(link_order::Column::OrderId)
                .filter(link_order::Column::ClientId.eq(client))
                .filter(link_order::Column::ExternalNumber.eq(external))
                .into_tuple()
                .one(db)
                .await?;
            let Some(linked) = linked else {
                return Ok(None);
            };
            query.filter(order::Column::Id.eq(linked))
        }
        (None, None) => return Ok(None),
    };
    let found: Option<(OrderId, String, Option<UnitId>, Option<String>)> = query.into_tuple().one(db).await?;
    Ok(found.map(|(id, number, unit, area)| LinkedOrder {
        id,
        number,
        unit,
        area,
    }))
}

/// Stores the platform's number of an order, unless it has one already.
pub async fn link_order(
    txn: &impl ConnectionTrait,
    client: ClientId,
    order: OrderId,
    external_number: &str,
) -> Result<()> {
    let row = link_order::ActiveModel {
        order_id: Set(order),
        client_id: Set(client),
        external_number: Set(external_number.to_owned()),
    };
    link_order::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// A place in the feed of changes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct FeedCursor {
    pub position: i64,
    pub order: OrderId,
}

/// Returns orders by the position of their last change. On PostgreSQL the page ends before the oldest transaction that
/// is still running, because its changes may get positions before those of committed transactions.
pub async fn changes(
    db: &impl ConnectionTrait,
    after: Option<FeedCursor>,
    limit: u64,
) -> Result<Vec<(FeedCursor, order::Model)>> {
    use order_position::Column as C;
    let mut query = order_position::Entity::find()
        .order_by_asc(C::Position)
        .order_by_asc(C::OrderId)
        .limit(limit);
    if let Some(FeedCursor { position, order }) = after {
        // The first part lets the database start in the index.
        query = query.filter(C::Position.gte(position)).filter(
            Condition::any()
                .add(C::Position.gt(position))
                .add(C::OrderId.gt(order)),
        );
    }
    if db.get_database_backend() == DbBackend::Postgres {
        query = query.filter(Expr::cust(
            "position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        ));
    }
    let places = query.all(db).await?;
    let ids = places.iter().map(|place| place.order_id);
    let found = order::Entity::find()
        .filter(order::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let mut orders: BTreeMap<_, _> = found.into_iter().map(|order| (order.id, order)).collect();
    let with_order = places.into_iter().filter_map(|place| {
        let order = orders.remove(&place.order_id)?;
        let cursor = FeedCursor {
            position: place.position,
            order: place.order_id,
        };
        Some((cursor, order))
    });
    Ok(with_order.collect())
}

/// An order as the link stores it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct OurSide {
    pub order_id: OrderId,
    pub external_number: String,
    pub number: String,
    pub status: Status,
}

/// Returns our orders for these numbers of the platform, whichever client linked them.
pub async fn linked_by_external_number(
    db: &impl ConnectionTrait,
    numbers: Vec<String>,
) -> Result<BTreeMap<String, OurSide>> {
    let query = linked_orders().filter(link_order::Column::ExternalNumber.is_in(numbers));
    let sides = query.into_model::<OurSide>().all(db).await?;
    let by_number = sides.into_iter().map(|side| (side.external_number.clone(), side));
    Ok(by_number.collect())
}

/// Returns a page of linked orders by id.
pub async fn linked_after(
    db: &impl ConnectionTrait,
    after: Option<OrderId>,
    limit: usize,
) -> Result<Vec<OurSide>> {
    let mut query = linked_orders()
        .order_by_asc(link_order::Column::OrderId)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX));
    if let Some(after) = after {
        query = query.filter(link_order::Column::OrderId.gt(after));
    }
    Ok(query.into_model::<OurSide>().all(db).await?)
}

fn linked_orders() -> Select<link_order::Entity> {
    link_order::Entity::find()
        .select_only()
        .columns([link_order::Column::OrderId, link_order::Column::ExternalNumber])
        .column(order::Column::Number)
        .column(order::Column::Status)
        .join(
            JoinType::InnerJoin,
            link_order::Entity::belongs_to(order::Entity)
                .from(link_order::Column::OrderId)
                .to(order::Column::Id)
                .into(),
        )
}
