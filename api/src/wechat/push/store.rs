//! Stored pushes.

use chrono::{DateTime, Utc};
use entity::push_message;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TryInsertResult};
use serde_json::Value;

use crate::error::Result;

/// Inserts a push and returns its id. Returns `None` if the same push is stored already.
pub async fn insert(
    connection: &impl ConnectionTrait,
    dedupe_key: &str,
    payload: Value,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let row = push_message::ActiveModel {
        dedupe_key: Set(dedupe_key.to_owned()),
        payload: Set(payload),
        received_at: Set(now),
        ..Default::default()
    };
    let inserted = push_message::Entity::insert(row)
        .on_conflict(
            OnConflict::column(push_message::Column::DedupeKey)
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec(connection)
        .await?;
    Ok(match inserted {
        TryInsertResult::Inserted(row) => Some(row.last_insert_id),
        _ => None,
    })
}

pub async fn unhandled(connection: &impl ConnectionTrait, id: i64) -> Result<Option<Value>> {
    let row = push_message::Entity::find_by_id(id)
        .filter(push_message::Column::HandledAt.is_null())
        .one(connection)
        .await?;
    Ok(row.map(|row| row.payload))
}

pub async fn mark_handled(connection: &impl ConnectionTrait, id: i64, now: DateTime<Utc>) -> Result<()> {
    push_message::Entity::update_many()
        .col_expr(push_message::Column::HandledAt, Expr::value(now))
        .filter(push_message::Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}
