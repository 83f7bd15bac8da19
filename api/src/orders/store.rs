//! Queries on the order itself.

use entity::ids::OrderId;
use entity::{assignment, endorsement, order};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    SqlErr, TryInsertResult,
};

use crate::error::{Error, Kind, Result};
use crate::orders::sight::Known;

pub async fn by_number(db: &impl ConnectionTrait, number: &str) -> Result<Option<order::Model>> {
    let query = order::Entity::find().filter(order::Column::Number.eq(number));
    Ok(query.one(db).await?)
}

/// The order, held until the transaction ends: on PostgreSQL by its row, on SQLite by the one writer's lock.
pub async fn hold(txn: &impl ConnectionTrait, number: &str) -> Result<Option<order::Model>> {
    let query = order::Entity::find().filter(order::Column::Number.eq(number));
    Ok(query.lock_exclusive().one(txn).await?)
}

/// The same of an order that is known by its id.
pub async fn hold_id(txn: &impl ConnectionTrait, id: OrderId) -> Result<Option<order::Model>> {
    Ok(order::Entity::find_by_id(id).lock_exclusive().one(txn).await?)
}

/// What rights are judged by.
pub async fn known(db: &impl ConnectionTrait, order: OrderId) -> Result<Known> {
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
    Ok(Known { charges, endorsers })
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
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

fn call_filed(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(told))
            if CALL_INDEX.iter().any(|index| told.contains(index)) =>
        {
            Error::refused(Kind::Rule, CALL_FILED, "这通来电已经登记过。")
        }
        _ => error.into(),
    }
}

/// Writes the order, if nobody has written meanwhile; false when somebody has.
pub async fn update(txn: &impl ConnectionTrait, before: &order::Model, after: &order::Model) -> Result<bool> {
    let mut row = order::ActiveModel::from(after.clone()).reset_all();
    row.id = sea_orm::ActiveValue::NotSet;
    let updated = order::Entity::update_many()
        .set(row)
        .filter(order::Column::Id.eq(before.id))
        .filter(order::Column::Version.eq(before.version))
        .exec(txn)
        .await?;
    Ok(updated.rows_affected == 1)
}
