//! Sealed values of people, for a test of the data keys.

use entity::person;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

/// Returns the sealed phone numbers of up to `limit` people.
pub async fn sealed_phones(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<Vec<u8>>, DbErr> {
    let query = person::Entity::find()
        .select_only()
        .column(person::Column::PhoneSealed)
        .filter(person::Column::Active.eq(true));
    query.limit(limit).into_tuple().all(connection).await
}
