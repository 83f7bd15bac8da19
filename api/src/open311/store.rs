//! Queries for public data.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::Status;
use entity::{order, reply};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Result;

/// Criteria of a query; a list that is `None` is no condition.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    pub numbers: Option<Vec<String>>,
    pub categories: Option<Vec<String>>,
    pub statuses: Option<Vec<Status>>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
    pub updated_before: Option<DateTime<Utc>>,
    pub offset: u64,
    pub limit: u64,
}

/// Returns orders, newest first, without confidential ones.
pub async fn orders(db: &impl ConnectionTrait, wanted: &RequestFilter) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let mut query = order::Entity::find().filter(C::Confidential.eq(false));
    if let Some(numbers) = &wanted.numbers {
        query = query.filter(C::Number.is_in(numbers.iter().cloned()));
    }
    if let Some(categories) = &wanted.categories {
        query = query.filter(C::CategoryCode.is_in(categories.iter().cloned()));
    }
    if let Some(statuses) = &wanted.statuses {
        query = query.filter(C::Status.is_in(statuses.iter().copied()));
    }
    if let Some(from) = wanted.from {
        query = query.filter(C::CreatedAt.gte(from));
    }
    if let Some(until) = wanted.until {
        query = query.filter(C::CreatedAt.lte(until));
    }
    if let Some(after) = wanted.updated_after {
        query = query.filter(C::UpdatedAt.gte(after));
    }
    if let Some(before) = wanted.updated_before {
        query = query.filter(C::UpdatedAt.lte(before));
    }
    Ok(query
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::Id)
        .offset(wanted.offset)
        .limit(wanted.limit)
        .all(db)
        .await?)
}

/// Returns the last public reply of each order.
pub async fn replies(db: &impl ConnectionTrait, orders: &[OrderId]) -> Result<HashMap<OrderId, String>> {
    let replies: Vec<(OrderId, String)> = reply::Entity::find()
        .select_only()
        .columns([reply::Column::OrderId, reply::Column::PublicReply])
        .filter(reply::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(reply::Column::CreatedAt)
        .into_tuple()
        .all(db)
        .await?;
    Ok(replies.into_iter().collect())
}
