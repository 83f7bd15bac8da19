//! Counts per day.

use chrono::NaiveDate;
use entity::insight_day;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::ROWS_AT_ONCE;

/// The days counted from there on, before `until`, each with its counts as they are written.
pub async fn between(
    connection: &impl ConnectionTrait,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<(NaiveDate, String)>, DbErr> {
    insight_day::Entity::find()
        .select_only()
        .column(insight_day::Column::Day)
        .expr(Expr::col(insight_day::Column::Counts).cast_as("text"))
        .filter(insight_day::Column::Day.gte(from))
        .filter(insight_day::Column::Day.lt(until))
        .order_by_asc(insight_day::Column::Day)
        .into_tuple()
        .all(connection)
        .await
}

/// The newest day that is counted.
pub async fn last(connection: &impl ConnectionTrait) -> Result<Option<NaiveDate>, DbErr> {
    let newest = insight_day::Entity::find()
        .select_only()
        .column(insight_day::Column::Day)
        .order_by_desc(insight_day::Column::Day);
    newest.into_tuple().one(connection).await
}

/// Writes days' counts, over what was there.
pub async fn set(
    connection: &impl ConnectionTrait,
    days: Vec<insight_day::ActiveModel>,
) -> Result<(), DbErr> {
    for part in days.chunks(ROWS_AT_ONCE) {
        let anew = OnConflict::column(insight_day::Column::Day)
            .update_column(insight_day::Column::Counts)
            .to_owned();
        insight_day::Entity::insert_many(part.to_vec())
            .on_conflict(anew)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}
