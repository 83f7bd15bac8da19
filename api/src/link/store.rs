//! Queries on events of the linked platform and on the numbers it knows orders by.

use chrono::{DateTime, Utc};
use entity::ids::{ClientId, OrderId, UnitId};
use entity::kinds::Status;
use entity::{link_event, link_order, order};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use crate::error::Result;

/// As much of an order as the link needs.
#[derive(Clone, Debug)]
pub struct LinkedOrder {
    pub id: OrderId,
    pub number: String,
    pub unit: Option<UnitId>,
}

pub async fn event(
    db: &impl ConnectionTrait,
    client: ClientId,
    event_id: &str,
) -> Result<Option<link_event::Model>> {
    let key = (client, event_id.to_owned());
    Ok(link_event::Entity::find_by_id(key).one(db).await?)
}

/// Begins an event: `answer_status` 0 says that it is not answered yet. An event that has begun already stays.
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

/// The order of this number, or of this number of the platform.
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
    let found: Option<(OrderId, String, Option<UnitId>)> = query.into_tuple().one(db).await?;
    Ok(found.map(|(id, number, unit)| LinkedOrder { id, number, unit }))
}

/// Stores the platform's number of an order; the first one stays.
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

/// How far an order has come.
#[derive(Clone, Copy, Debug)]
pub struct OrderProgress {
    pub status: Status,
    pub version: i32,
    pub accepted: bool,
    pub replied: bool,
}

pub async fn progress(db: &impl ConnectionTrait, id: OrderId) -> Result<Option<OrderProgress>> {
    let order = order::Entity::find_by_id(id).one(db).await?;
    Ok(order.map(|order| OrderProgress {
        status: order.status,
        version: order.version,
        accepted: order.accepted_at.is_some(),
        replied: order.replied_at.is_some(),
    }))
}
