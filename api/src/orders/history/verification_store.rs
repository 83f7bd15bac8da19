//! Queries on `history_check`.

use chrono::{DateTime, Utc};
use entity::ids::HistoryCheckId;
use entity::{history_check, order_event};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::error::Result;

pub async fn find(
    connection: &impl ConnectionTrait,
    id: HistoryCheckId,
) -> Result<Option<history_check::Model>> {
    Ok(history_check::Entity::find_by_id(id).one(connection).await?)
}

/// One that was asked for later than `since` and has not come to its end.
pub async fn unfinished(
    connection: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Option<history_check::Model>> {
    let query = history_check::Entity::find()
        .filter(history_check::Column::FinishedAt.is_null())
        .filter(history_check::Column::AskedAt.gt(since));
    Ok(query.one(connection).await?)
}

pub async fn newest(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<history_check::Model>> {
    let query = history_check::Entity::find()
        .order_by_desc(history_check::Column::AskedAt)
        .order_by_desc(history_check::Column::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// The highest number given to an event: counting millions of rows would take longer than it is worth.
pub async fn about_all_events(connection: &impl ConnectionTrait) -> Result<i64> {
    let last: Option<i64> = order_event::Entity::find()
        .select_only()
        .column(order_event::Column::Id)
        .order_by_desc(order_event::Column::Id)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.unwrap_or_default())
}

pub async fn insert(txn: &impl ConnectionTrait, row: history_check::Model) -> Result<()> {
    let row = history_check::ActiveModel::from(row).reset_all();
    history_check::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Stores the progress if no other worker has advanced from `events`. Returns `true` if it did.
pub async fn advance(txn: &impl ConnectionTrait, events: i64, row: &history_check::Model) -> Result<bool> {
    use history_check::Column;
    let advanced = history_check::Entity::update_many()
        .col_expr(Column::Events, Expr::value(row.events))
        .col_expr(Column::Orders, Expr::value(row.orders))
        .col_expr(Column::Acts, Expr::value(row.acts))
        .col_expr(Column::Reached, Expr::value(row.reached.clone()))
        .col_expr(Column::Broken, Expr::value(row.broken.clone()))
        .col_expr(Column::FinishedAt, Expr::value(row.finished_at))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Events.eq(events))
        .filter(Column::FinishedAt.is_null())
        .exec(txn)
        .await?;
    Ok(advanced.rows_affected == 1)
}
