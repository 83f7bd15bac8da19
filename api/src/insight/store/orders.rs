//! Orders, as insight reads them.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::Status;
use entity::order;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::MANY;
use crate::orders::keyset;

/// Where and when an order counts.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Counted {
    pub created_at: DateTime<Utc>,
    pub area_code: Option<String>,
    pub category_code: Option<String>,
}

/// The instants, areas and categories of the orders in a span of time.
pub async fn counted(
    connection: &impl ConnectionTrait,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Counted>, DbErr> {
    order::Entity::find()
        .select_only()
        .columns([
            order::Column::CreatedAt,
            order::Column::AreaCode,
            order::Column::CategoryCode,
        ])
        .filter(order::Column::CreatedAt.gte(from))
        .filter(order::Column::CreatedAt.lt(until))
        .filter(order::Column::Status.ne(Status::Cancelled))
        .into_model()
        .all(connection)
        .await
}

/// Returns the orders of a category in some areas and a period; the empty code means no area.
pub async fn of_category(
    connection: &impl ConnectionTrait,
    category: &str,
    areas: &[String],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<OrderId>, DbErr> {
    let mut there = Condition::any().add(order::Column::AreaCode.is_in(areas.iter().map(String::as_str)));
    if areas.iter().any(String::is_empty) {
        there = there.add(order::Column::AreaCode.is_null());
    }
    order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::CreatedAt.gte(from))
        .filter(order::Column::CreatedAt.lt(until))
        .filter(order::Column::Status.ne(Status::Cancelled))
        .filter(order::Column::CategoryCode.eq(category))
        .filter(there)
        .into_tuple()
        .all(connection)
        .await
}

pub async fn first_order_at(connection: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let first = order::Entity::find()
        .select_only()
        .column(order::Column::CreatedAt)
        .order_by_asc(order::Column::CreatedAt);
    first.into_tuple().one(connection).await
}

/// An order that belongs to no kind yet.
#[derive(Clone, Debug, FromQueryResult)]
pub struct UnassignedOrder {
    pub id: OrderId,
    pub created_at: DateTime<Utc>,
    pub category_code: Option<String>,
    pub description: String,
}

/// Orders since then that belong to no kind yet, the oldest first; of these only what has changed since `touched`.
pub async fn without_kind(
    connection: &impl ConnectionTrait,
    from: keyset::KeysetCursor,
    touched: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<UnassignedOrder>, DbErr> {
    order::Entity::find()
        .select_only()
        .columns([
            order::Column::Id,
            order::Column::CreatedAt,
            order::Column::CategoryCode,
            order::Column::Description,
        ])
        .filter(keyset::after_cursor(from))
        .filter(order::Column::Kind.is_null())
        .filter(order::Column::UpdatedAt.gte(touched))
        .order_by_asc(order::Column::CreatedAt)
        .order_by_asc(order::Column::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

/// Assigns orders to a kind, unless they have got one in the meantime.
pub async fn set_kind(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
    kind: Option<&str>,
    over_rules: bool,
) -> Result<(), DbErr> {
    for part in orders.chunks(MANY) {
        let mut update = order::Entity::update_many()
            .col_expr(order::Column::Kind, Expr::value(kind.map(str::to_owned)))
            .filter(order::Column::Id.is_in(part.iter().copied()));
        if !over_rules {
            update = update.filter(order::Column::Kind.is_null());
        }
        update.exec(connection).await?;
    }
    Ok(())
}
