//! Queries on `login_request`.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::Role;
use entity::{login_request, person};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

pub async fn insert(connection: &impl ConnectionTrait, row: login_request::Model) -> Result<(), DbErr> {
    login_request::Entity::insert(row.into_active_model())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub async fn find(
    connection: &impl ConnectionTrait,
    code_hash: &str,
) -> Result<Option<login_request::Model>, DbErr> {
    login_request::Entity::find_by_id(code_hash).one(connection).await
}

/// Requests that ran out long ago.
pub async fn purge_expired(
    connection: &impl ConnectionTrait,
    expired_before: DateTime<Utc>,
) -> Result<(), DbErr> {
    login_request::Entity::delete_many()
        .filter(login_request::Column::ExpiresAt.lt(expired_before))
        .exec(connection)
        .await?;
    Ok(())
}

/// Says whether it was this call that approved.
pub async fn approve(
    connection: &impl ConnectionTrait,
    code_hash: &str,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let approved = login_request::Entity::update_many()
        .col_expr(login_request::Column::ApprovedBy, Expr::value(person.0))
        .col_expr(login_request::Column::ApprovedAt, Expr::value(now))
        .filter(login_request::Column::CodeHash.eq(code_hash))
        .filter(login_request::Column::ApprovedBy.is_null())
        .exec(connection)
        .await?;
    Ok(approved.rows_affected == 1)
}

/// Says whether it was this call that used it up.
pub async fn consume(
    connection: &impl ConnectionTrait,
    code_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let taken = login_request::Entity::update_many()
        .col_expr(login_request::Column::UsedAt, Expr::value(now))
        .filter(login_request::Column::CodeHash.eq(code_hash))
        .filter(login_request::Column::UsedAt.is_null())
        .exec(connection)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// The admin who has been on the roster longest.
pub async fn first_admin(connection: &impl ConnectionTrait) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find()
        .filter(person::Column::Role.eq(Role::Admin))
        .filter(person::Column::Active.eq(true))
        .order_by_asc(person::Column::CreatedAt)
        .order_by_asc(person::Column::Id)
        .one(connection)
        .await
}
