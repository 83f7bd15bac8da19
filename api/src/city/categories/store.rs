//! Learned models, and the orders that they are learned from.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::kinds::CategorySource;
use entity::{order, suggest_model};
use insight::classify::{Example, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::city::categories::suggest::{Learned, Models};
use crate::error::Result;

/// With the latest learned model, if there is one later than the one held.
pub async fn renewed(connection: &impl ConnectionTrait, held: Models) -> Result<Models> {
    let version: Option<i64> = suggest_model::Entity::find()
        .select_only()
        .column(suggest_model::Column::Id)
        .order_by_desc(suggest_model::Column::Id)
        .into_tuple()
        .one(connection)
        .await?;
    let Some(version) =
        version.filter(|version| held.learned.as_ref().map(|held| held.version) != Some(*version))
    else {
        return Ok(held);
    };
    let Some(row) = suggest_model::Entity::find_by_id(version).one(connection).await? else {
        return Ok(held);
    };
    match Model::from_bytes(&row.model) {
        Ok(model) => Ok(Models {
            learned: Some(Learned {
                version,
                made_at: row.created_at,
                model: Arc::new(model),
            }),
            ..held
        }),
        // A model of a later release, for example: the loaded one stays active.
        Err(error) => {
            tracing::error!(version, %error, "category model unreadable");
            Ok(held)
        }
    }
}

/// Keeps a model; only the last few stay.
pub async fn insert(
    connection: &impl ConnectionTrait,
    model: &Model,
    report: serde_json::Value,
    orders: usize,
    now: DateTime<Utc>,
) -> Result<i64> {
    /// To go back to by deleting the newer ones.
    const KEPT: u64 = 5;
    let row = suggest_model::ActiveModel {
        model: Set(model.to_bytes()),
        report: Set(report),
        orders: Set(i32::try_from(orders).unwrap_or(i32::MAX)),
        created_at: Set(now),
        ..Default::default()
    };
    let version = row.insert(connection).await?.id;
    let oldest_kept: Option<i64> = suggest_model::Entity::find()
        .select_only()
        .column(suggest_model::Column::Id)
        .order_by_desc(suggest_model::Column::Id)
        .offset(KEPT - 1)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    if let Some(oldest) = oldest_kept {
        suggest_model::Entity::delete_many()
            .filter(suggest_model::Column::Id.lt(oldest))
            .exec(connection)
            .await?;
    }
    Ok(version)
}

/// An order as it is learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingOrder {
    pub example: Example,
    pub came_at: DateTime<Utc>,
}

/// Returns orders whose category an operator set, and closed ones whose category nobody changed, latest first.
pub async fn training_orders(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<TrainingOrder>> {
    let confirmed = Condition::all()
        .add(order::Column::ClosedAt.is_not_null())
        .add(order::Column::CategorySource.is_in([CategorySource::Chosen, CategorySource::Suggested]));
    let rows: Vec<(String, Option<String>, DateTime<Utc>)> = order::Entity::find()
        .select_only()
        .column(order::Column::Description)
        .column(order::Column::CategoryCode)
        .column(order::Column::CreatedAt)
        .filter(order::Column::CategoryCode.is_not_null())
        .filter(order::Column::Confidential.eq(false))
        .filter(
            Condition::any()
                .add(order::Column::CategorySource.eq(CategorySource::Operator))
                .add(confirmed),
        )
        .order_by_desc(order::Column::CreatedAt)
        .order_by_desc(order::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    let lesson = |(text, label, came_at): (String, Option<String>, DateTime<Utc>)| {
        let example = Example { text, label: label? };
        Some(TrainingOrder { example, came_at })
    };
    Ok(rows.into_iter().filter_map(lesson).collect())
}
