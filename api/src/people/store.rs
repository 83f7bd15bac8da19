//! Queries on people and sessions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, SessionId};
use entity::kinds::{PersonLevel, Role};
use entity::{person, refresh_token, session};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

pub async fn person(connection: &impl ConnectionTrait, id: PersonId) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find_by_id(id)
        .filter(person::Column::Active.eq(true))
        .one(connection)
        .await
}

pub async fn person_by_openid(
    connection: &impl ConnectionTrait,
    openid_hash: &str,
) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find()
        .filter(person::Column::OpenidHash.eq(openid_hash))
        .filter(person::Column::Active.eq(true))
        .one(connection)
        .await
}

pub async fn person_by_phone(
    connection: &impl ConnectionTrait,
    phone_hash: &str,
) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find()
        .filter(person::Column::PhoneHash.eq(phone_hash))
        .filter(person::Column::Active.eq(true))
        .one(connection)
        .await
}

/// The people with these phone numbers, by the hash of the number.
pub async fn ids_by_phones(
    connection: &impl ConnectionTrait,
    phone_hashes: Vec<String>,
) -> Result<HashMap<String, PersonId>, DbErr> {
    let people: Vec<(String, PersonId)> = person::Entity::find()
        .select_only()
        .columns([person::Column::PhoneHash, person::Column::Id])
        .filter(person::Column::PhoneHash.is_in(phone_hashes))
        .filter(person::Column::Active.eq(true))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(people.into_iter().collect())
}

/// People off the roster who had this phone number, the last to leave first; at most `limit`.
pub async fn former_holders(
    connection: &impl ConnectionTrait,
    phone_hash: &str,
    limit: u64,
) -> Result<Vec<person::Model>, DbErr> {
    person::Entity::find()
        .filter(person::Column::PhoneHash.eq(phone_hash))
        .filter(person::Column::Active.eq(false))
        .order_by_desc(person::Column::RemovedAt)
        .limit(limit)
        .all(connection)
        .await
}

/// These people, on the roster or not.
pub async fn people(
    connection: &impl ConnectionTrait,
    ids: Vec<PersonId>,
) -> Result<Vec<person::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(connection)
        .await
}

/// Delegates whose names contain `part`, by name.
pub async fn delegates_named(
    connection: &impl ConnectionTrait,
    part: &str,
    limit: u64,
) -> Result<Vec<person::Model>, DbErr> {
    person::Entity::find()
        .filter(person::Column::Role.eq(Role::Delegate))
        .filter(person::Column::Active.eq(true))
        .filter(person::Column::Name.contains(part))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

type DelegateRow = (PersonId, String, Option<PersonLevel>, Option<String>);

/// Delegates by name: all, or those of the congresses of a county and its townships.
pub async fn delegate_names(
    connection: &impl ConnectionTrait,
    county: Option<&str>,
    limit: u64,
) -> Result<Vec<DelegateRow>, DbErr> {
    use person::Column as C;
    let mut query = person::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::Level, C::AreaCode])
        .filter(C::Role.eq(Role::Delegate))
        .filter(C::Active.eq(true));
    if let Some(county) = county {
        query = query
            .filter(C::Level.is_in([PersonLevel::County, PersonLevel::Township]))
            .filter(C::AreaCode.eq(county));
    }
    query
        .order_by_asc(C::Name)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// Delegates with these very names.
pub async fn delegates_with_name(
    connection: &impl ConnectionTrait,
    names: Vec<String>,
) -> Result<Vec<person::Model>, DbErr> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    person::Entity::find()
        .filter(person::Column::Role.eq(Role::Delegate))
        .filter(person::Column::Active.eq(true))
        .filter(person::Column::Name.is_in(names))
        .all(connection)
        .await
}

/// People by name, from `after` on.
pub async fn by_name(
    connection: &impl ConnectionTrait,
    which: Condition,
    after: Option<(String, PersonId)>,
    limit: u64,
) -> Result<Vec<person::Model>, DbErr> {
    use person::Column;
    let beyond = after.map(|(name, id)| {
        let same_name = Condition::all()
            .add(Column::Name.eq(name.as_str()))
            .add(Column::Id.gt(id));
        Condition::any().add(Column::Name.gt(name)).add(same_name)
    });
    person::Entity::find()
        .filter(which)
        .filter(Condition::all().add_option(beyond))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// A person's living sessions, the latest used first.
pub async fn sessions(
    connection: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<session::Model>, DbErr> {
    session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::LastUsedAt)
        .all(connection)
        .await
}

/// Ends sessions that have not ended; their history stays.
pub async fn end_sessions(
    connection: &impl ConnectionTrait,
    which: sea_orm::Condition,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now))
        .col_expr(session::Column::EndedReason, Expr::value(reason))
        .filter(which)
        .filter(session::Column::EndedAt.is_null())
        .exec(connection)
        .await?;
    Ok(ended.rows_affected)
}

/// The session and its person, when both are alive. One query: it runs at every request.
pub async fn signed_in(
    connection: &impl ConnectionTrait,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<(session::Model, person::Model)>, DbErr> {
    let row = session::Entity::find_by_id(id)
        .find_also_related(person::Entity)
        .one(connection)
        .await?;
    Ok(row
        .and_then(|(session, person)| Some((session, person?)))
        .filter(|(session, person)| session.ended_at.is_none() && session.expires_at > now && person.active))
}

/// Those of the sessions that are alive, and whose person is.
pub async fn living_sessions(
    connection: &impl ConnectionTrait,
    ids: &[SessionId],
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let active = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Active.eq(true));
    session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::Id.is_in(ids.iter().copied()))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::PersonId.in_subquery(active.into_query()))
        .into_tuple()
        .all(connection)
        .await
}

/// The session that a secret was handed out for.
pub async fn session_of_secret(
    connection: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<SessionId>, DbErr> {
    let token = refresh_token::Entity::find_by_id(hash).one(connection).await?;
    Ok(token.map(|token| token.session_id))
}

pub async fn session(
    connection: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<session::Model>, DbErr> {
    session::Entity::find_by_id(id).one(connection).await
}

/// Marks a refresh token as spent; says whether it was this call that did.
pub async fn mark_used(
    connection: &impl ConnectionTrait,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let spent = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::SpentAt, Expr::value(now))
        .filter(refresh_token::Column::TokenHash.eq(hash))
        .filter(refresh_token::Column::SpentAt.is_null())
        .exec(connection)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// Marks whatever is left of a session's refresh tokens as spent.
pub async fn spend_all(
    connection: &impl ConnectionTrait,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::SpentAt, Expr::value(now))
        .filter(refresh_token::Column::SessionId.eq(session))
        .filter(refresh_token::Column::SpentAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

/// Returns a person by id, locked until the transaction ends: a roster import that removes them waits or has finished.
pub async fn lock_person(
    connection: &impl ConnectionTrait,
    id: PersonId,
) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find_by_id(id)
        .filter(person::Column::Active.eq(true))
        .lock_exclusive()
        .one(connection)
        .await
}

/// Ties a WeChat account to a person who has none; says whether it was this call that did.
pub async fn bind(
    connection: &impl ConnectionTrait,
    id: PersonId,
    openid_sealed: Vec<u8>,
    openid_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let bound = person::Entity::update_many()
        .col_expr(person::Column::OpenidSealed, Expr::value(openid_sealed))
        .col_expr(person::Column::OpenidHash, Expr::value(openid_hash))
        .col_expr(person::Column::BoundAt, Expr::value(now))
        .filter(person::Column::Id.eq(id))
        .filter(person::Column::OpenidHash.is_null())
        .exec(connection)
        .await?;
    Ok(bound.rows_affected == 1)
}

/// Unties people from their WeChat accounts.
pub async fn unbind(connection: &impl ConnectionTrait, which: sea_orm::Condition) -> Result<u64, DbErr> {
    let unbound = person::Entity::update_many()
        .col_expr(person::Column::OpenidSealed, Expr::value(None::<Vec<u8>>))
        .col_expr(person::Column::OpenidHash, Expr::value(None::<String>))
        .col_expr(person::Column::BoundAt, Expr::value(None::<DateTime<Utc>>))
        .filter(which)
        .filter(person::Column::OpenidHash.is_not_null())
        .exec(connection)
        .await?;
    Ok(unbound.rows_affected)
}

/// Returns the matching people by name.
pub async fn matching(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<person::Model>, DbErr> {
    let query = person::Entity::find()
        .filter(which)
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id);
    query.all(db).await
}
