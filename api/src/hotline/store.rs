//! Queries on the call centre's nonces and on numbers that were confirmed.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::{caller_number, hotline_nonce, order};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, TryInsertResult,
};

use crate::error::Result;

/// A number that more delegates share than this says nothing.
const MAX_DELEGATES: u64 = 20;

/// Uses a nonce up; false when it was used before, by whichever replica.
pub async fn use_nonce(
    txn: &impl ConnectionTrait,
    nonce: &str,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    hotline_nonce::Entity::delete_many()
        .filter(hotline_nonce::Column::ExpiresAt.lte(now))
        .filter(hotline_nonce::Column::Nonce.ne(nonce))
        .exec(txn)
        .await?;
    let row = hotline_nonce::ActiveModel {
        nonce: Set(nonce.to_owned()),
        expires_at: Set(expires_at),
    };
    let inserted = hotline_nonce::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

/// Returns the delegates for whom the number was confirmed, latest first.
pub async fn delegates_at(db: &impl ConnectionTrait, number_hash: &str) -> Result<Vec<PersonId>> {
    let rows = caller_number::Entity::find()
        .filter(caller_number::Column::NumberHash.eq(number_hash))
        .order_by_desc(caller_number::Column::ConfirmedAt)
        .limit(MAX_DELEGATES)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// Keeps that the number is the delegate's; confirmed again, the last time counts.
pub async fn remember(txn: &impl ConnectionTrait, row: caller_number::Model) -> Result<()> {
    use caller_number::Column as C;
    let renewed = OnConflict::columns([C::NumberHash, C::PersonId])
        .update_columns([C::ConfirmedBy, C::How, C::ConfirmedAt])
        .to_owned();
    caller_number::Entity::insert(caller_number::ActiveModel::from(row).reset_all())
        .on_conflict(renewed)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The number of the order that a call was filed as.
pub async fn number_of_call(db: &impl ConnectionTrait, call_id: &str) -> Result<Option<String>> {
    let query = order::Entity::find()
        .select_only()
        .column(order::Column::Number)
        .filter(order::Column::CallId.eq(call_id));
    Ok(query.into_tuple().one(db).await?)
}
