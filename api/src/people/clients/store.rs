//! Queries on API clients.

use chrono::{DateTime, Utc};
use entity::api_client;
use entity::ids::ClientId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use crate::error::Result;

/// All clients, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<api_client::Model>> {
    let query = api_client::Entity::find().order_by_asc(api_client::Column::CreatedAt);
    Ok(query.all(db).await?)
}

pub async fn find(db: &impl ConnectionTrait, id: ClientId) -> Result<Option<api_client::Model>> {
    Ok(api_client::Entity::find_by_id(id).one(db).await?)
}

/// The client that has this key, or had it before a rotation that is not over.
pub async fn by_key_hash(
    db: &impl ConnectionTrait,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<api_client::Model>> {
    use api_client::Column;
    let rotated = Condition::all()
        .add(Column::PreviousKeyHash.eq(hash))
        .add(Column::PreviousKeyUntil.gt(now));
    let query = api_client::Entity::find()
        .filter(Column::RevokedAt.is_null())
        .filter(Condition::any().add(Column::KeyHash.eq(hash)).add(rotated));
    Ok(query.one(db).await?)
}

pub async fn insert(txn: &impl ConnectionTrait, row: api_client::Model) -> Result<()> {
    let row = row.into_active_model().reset_all();
    api_client::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub async fn save(txn: &impl ConnectionTrait, row: api_client::ActiveModel) -> Result<()> {
    row.update(txn).await?;
    Ok(())
}

/// Records that the client has called.
pub async fn touch(txn: &impl ConnectionTrait, id: ClientId, now: DateTime<Utc>) -> Result<()> {
    api_client::Entity::update_many()
        .col_expr(api_client::Column::LastUsedAt, Expr::value(now))
        .filter(api_client::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}
