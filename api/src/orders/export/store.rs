//! Queries on `order_export`.

use chrono::{DateTime, Utc};
use entity::ids::{ExportId, PersonId};
use entity::kinds::ExportStatus;
use entity::order_export;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::error::Result;

const IN_PROGRESS: [ExportStatus; 2] = [ExportStatus::Reading, ExportStatus::Binding];

pub async fn find(connection: &impl ConnectionTrait, id: ExportId) -> Result<Option<order_export::Model>> {
    Ok(order_export::Entity::find_by_id(id).one(connection).await?)
}

/// A person's own, the newest first.
pub async fn for_person(
    connection: &impl ConnectionTrait,
    person: PersonId,
    limit: u64,
) -> Result<Vec<order_export::Model>> {
    let query = order_export::Entity::find()
        .filter(order_export::Column::PersonId.eq(person))
        .order_by_desc(order_export::Column::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

pub async fn count_in_progress(connection: &impl ConnectionTrait, person: PersonId) -> Result<u64> {
    let query = order_export::Entity::find()
        .filter(order_export::Column::PersonId.eq(person))
        .filter(order_export::Column::Status.is_in(IN_PROGRESS));
    Ok(query.count(connection).await?)
}

/// The unfinished one of this kind.
pub async fn in_progress(
    connection: &impl ConnectionTrait,
    person: PersonId,
    asked_hash: &str,
) -> Result<Option<order_export::Model>> {
    let query = order_export::Entity::find()
        .filter(order_export::Column::PersonId.eq(person))
        .filter(order_export::Column::AskedHash.eq(asked_hash))
        .filter(order_export::Column::Status.is_in(IN_PROGRESS));
    Ok(query.one(connection).await?)
}

/// Whether it is new: the same person has one unfinished file of a kind.
pub async fn insert(txn: &impl ConnectionTrait, row: order_export::Model) -> Result<bool> {
    let inserted = order_export::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)))
}

/// How far an export has come.
pub struct Progress {
    pub status: ExportStatus,
    pub done: i64,
    pub cursor: Option<String>,
    pub pieces: serde_json::Value,
    pub ready_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Advances the export from the state `before`. Returns `false` if another run of the job has done so.
pub async fn advance(
    txn: &impl ConnectionTrait,
    before: &order_export::Model,
    now: Progress,
) -> Result<bool> {
    use order_export::Column as C;
    let changed = order_export::Entity::update_many()
        .col_expr(C::Status, Expr::value(now.status))
        .col_expr(C::Done, Expr::value(now.done))
        .col_expr(C::Cursor, Expr::value(now.cursor))
        .col_expr(C::Pieces, Expr::value(now.pieces))
        .col_expr(C::ReadyAt, Expr::value(now.ready_at))
        .col_expr(C::ExpiresAt, Expr::value(now.expires_at))
        .filter(C::Id.eq(before.id))
        .filter(C::Status.eq(before.status))
        .filter(C::Done.eq(before.done))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}

pub async fn remove(connection: &impl ConnectionTrait, id: ExportId) -> Result<()> {
    order_export::Entity::delete_by_id(id).exec(connection).await?;
    Ok(())
}
