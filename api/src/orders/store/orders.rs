//! Queries on the order itself.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{ContentCheck, Status};
use entity::{assignment, endorsement, order, supervision_order};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, SqlErr, TryInsertResult,
};

use crate::error::{Error, ErrorKind, Result};
use crate::orders::rules::access::AccessContext;
use crate::orders::search::text_search;
use crate::orders::store::{change_feed, keyset};

/// A number as it is stored, whatever the case it is asked for in.
fn spelt(number: &str) -> String {
    number.trim().to_ascii_uppercase()
}

pub async fn by_number(db: &impl ConnectionTrait, number: &str) -> Result<Option<order::Model>> {
    let query = order::Entity::find().filter(order::Column::Number.eq(spelt(number)));
    Ok(query.one(db).await?)
}

/// The order, held until the transaction ends: on PostgreSQL by its row, on SQLite by the one writer's lock.
pub async fn lock(txn: &impl ConnectionTrait, number: &str) -> Result<Option<order::Model>> {
    let query = order::Entity::find().filter(order::Column::Number.eq(spelt(number)));
    Ok(query.lock_exclusive().one(txn).await?)
}

/// Several orders, held in the order of their numbers, so that of two who want the same ones one waits and none deadlocks.
pub async fn lock_all(txn: &impl ConnectionTrait, numbers: &[String]) -> Result<Vec<order::Model>> {
    let query = order::Entity::find()
        .filter(order::Column::Number.is_in(numbers))
        .order_by_asc(order::Column::Number);
    Ok(query.lock_exclusive().all(txn).await?)
}

/// An order that is known by its id, held.
pub async fn lock_by_id(txn: &impl ConnectionTrait, id: OrderId) -> Result<Option<order::Model>> {
    Ok(order::Entity::find_by_id(id).lock_exclusive().one(txn).await?)
}

/// Several, held in the order of their ids; those that there are.
pub async fn lock_ids(txn: &impl ConnectionTrait, ids: &[OrderId]) -> Result<Vec<OrderId>> {
    let held = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(order::Column::Id)
        .lock_exclusive();
    Ok(held.into_tuple().all(txn).await?)
}

/// Reads the facts that rights depend on.
pub async fn access_context(db: &impl ConnectionTrait, order: OrderId) -> Result<AccessContext> {
    let charges = assignment::Entity::find()
        .filter(assignment::Column::OrderId.eq(order))
        .order_by_asc(assignment::Column::CreatedAt)
        .order_by_asc(assignment::Column::Id)
        .all(db)
        .await?;
    let endorsers = endorsement::Entity::find()
        .select_only()
        .column(endorsement::Column::PersonId)
        .filter(endorsement::Column::OrderId.eq(order))
        .into_tuple()
        .all(db)
        .await?;
    Ok(AccessContext {
        assignments: charges,
        endorsers,
    })
}

/// The code of a call that another order was filed from.
pub const CALL_FILED: &str = "call_already_filed";

/// The unique index on the call's id, as PostgreSQL and as SQLite name it.
const CALL_INDEX: [&str; 2] = ["orders_call", "orders.call_id"];

/// Inserts a new order; false when its number is another's already, a refusal when its call was filed before.
pub async fn insert(txn: &impl ConnectionTrait, order: &order::Model) -> Result<bool> {
    let row = order::ActiveModel::from(order.clone()).reset_all();
    let inserted = order::Entity::insert(row)
        .on_conflict(OnConflict::column(order::Column::Number).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await
        .map_err(call_filed)?;
    let inserted = matches!(inserted, TryInsertResult::Inserted(count) if count > 0);
    if inserted {
        change_feed::append(txn, order.id).await?;
        text_search::add(txn, order).await?;
    }
    Ok(inserted)
}

fn call_filed(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(told))
            if CALL_INDEX.iter().any(|index| told.contains(index)) =>
        {
            Error::refused(ErrorKind::Rule, CALL_FILED, "这通来电已经登记过。")
        }
        _ => error.into(),
    }
}

/// Writes the order if its version is unchanged. Returns `false` otherwise.
pub async fn update(txn: &impl ConnectionTrait, before: &order::Model, after: &order::Model) -> Result<bool> {
    let mut row = order::ActiveModel::from(after.clone()).reset_all();
    row.id = sea_orm::ActiveValue::NotSet;
    // Written by the check alone, whose verdict may come between reading and writing.
    row.content_check = sea_orm::ActiveValue::NotSet;
    let updated = order::Entity::update_many()
        .set(row)
        .filter(order::Column::Id.eq(before.id))
        .filter(order::Column::Version.eq(before.version))
        .exec(txn)
        .await?;
    if updated.rows_affected != 1 {
        return Ok(false);
    }
    change_feed::append(txn, before.id).await?;
    Ok(true)
}

/// A report's words, and who wrote it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Text {
    pub id: OrderId,
    pub created_at: DateTime<Utc>,
    pub reporter_id: PersonId,
    pub description: String,
}

/// Reports after `from` (and after that report of the same instant) up to `until`, the oldest first.
pub async fn texts_since(
    connection: &impl ConnectionTrait,
    from: keyset::KeysetCursor,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Text>, DbErr> {
    order::Entity::find()
        .select_only()
        .columns([
            order::Column::Id,
            order::Column::CreatedAt,
            order::Column::ReporterId,
            order::Column::Description,
        ])
        .filter(keyset::after_cursor(from))
        .filter(order::Column::CreatedAt.lte(until))
        .filter(order::Column::Status.ne(Status::Cancelled))
        .order_by_asc(order::Column::CreatedAt)
        .order_by_asc(order::Column::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

/// Of these orders, those that are open and not part of another.
pub async fn find_open(
    connection: &impl ConnectionTrait,
    ids: &[OrderId],
    open: &[Status],
) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find()
        .filter(order::Column::Id.is_in(ids.iter().copied()))
        .filter(order::Column::Status.is_in(open.iter().copied()))
        .filter(order::Column::MergedInto.is_null())
        .all(connection)
        .await
}

/// Whether others may read the report; no move, so the version stays.
pub async fn set_content_check(
    txn: &impl ConnectionTrait,
    ids: &[OrderId],
    state: ContentCheck,
) -> Result<()> {
    order::Entity::update_many()
        .col_expr(order::Column::ContentCheck, Expr::value(state))
        .filter(order::Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// 督办单 are closed with their order: those not answered are asked for no more.
pub async fn close_supervision_orders(
    connection: &impl ConnectionTrait,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    supervision_order::Entity::update_many()
        .col_expr(supervision_order::Column::ClosedAt, Expr::value(now))
        .filter(supervision_order::Column::OrderId.eq(order))
        .filter(supervision_order::Column::ClosedAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}
