//! Queries on followers and on the unionids of people.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::{official_follower, person_union};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};

use crate::error::Result;

/// Records that a person follows since `at`. An event that is older than the last one changes nothing, so a repeat of
/// `subscribe` does not undo a later `unsubscribe`.
pub async fn follow(
    txn: &impl ConnectionTrait,
    openid_hash: &str,
    openid_sealed: Vec<u8>,
    at: DateTime<Utc>,
) -> Result<()> {
    use official_follower::Column as C;
    let row = official_follower::ActiveModel {
        openid_hash: Set(openid_hash.to_owned()),
        openid_sealed: Set(openid_sealed),
        unionid_hash: Set(None),
        followed_at: Set(at),
        left_at: Set(None),
    };
    official_follower::Entity::insert(row)
        .on_conflict(OnConflict::column(C::OpenidHash).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    official_follower::Entity::update_many()
        .col_expr(C::FollowedAt, Expr::value(at))
        .col_expr(C::LeftAt, Expr::value(None::<DateTime<Utc>>))
        .filter(C::OpenidHash.eq(openid_hash))
        .filter(C::FollowedAt.lt(at))
        .filter(Condition::any().add(C::LeftAt.is_null()).add(C::LeftAt.lt(at)))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records that a person left at `at`, unless they have followed again since.
pub async fn leave(txn: &impl ConnectionTrait, openid_hash: &str, at: DateTime<Utc>) -> Result<()> {
    use official_follower::Column as C;
    official_follower::Entity::update_many()
        .col_expr(C::LeftAt, Expr::value(Some(at)))
        .filter(C::OpenidHash.eq(openid_hash))
        .filter(C::FollowedAt.lte(at))
        .filter(C::LeftAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Returns the row of an openid, whether the person still follows or not.
pub async fn follower(
    connection: &impl ConnectionTrait,
    openid_hash: &str,
) -> Result<Option<official_follower::Model>> {
    let query = official_follower::Entity::find_by_id(openid_hash.to_owned());
    Ok(query.one(connection).await?)
}

pub async fn set_union(txn: &impl ConnectionTrait, openid_hash: &str, union: &str) -> Result<()> {
    official_follower::Entity::update_many()
        .col_expr(official_follower::Column::UnionidHash, Expr::value(Some(union)))
        .filter(official_follower::Column::OpenidHash.eq(openid_hash))
        .exec(txn)
        .await?;
    Ok(())
}

/// The unionid that came with a sign-in.
pub struct Union {
    pub person: PersonId,
    pub openid_hash: String,
    pub unionid_hash: String,
}

pub async fn record_union(txn: &impl ConnectionTrait, union: Union, now: DateTime<Utc>) -> Result<()> {
    use person_union::Column as C;
    let row = person_union::ActiveModel {
        person_id: Set(union.person),
        openid_hash: Set(union.openid_hash),
        unionid_hash: Set(union.unionid_hash),
        updated_at: Set(now),
    };
    let known = OnConflict::column(C::PersonId)
        .update_columns([C::OpenidHash, C::UnionidHash, C::UpdatedAt])
        .to_owned();
    person_union::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Returns the follower who is this person, if they follow. `bound` is the person's present openid hash: a unionid that
/// was told for another WeChat account is not theirs any more.
pub async fn follower_of(
    connection: &impl ConnectionTrait,
    person: PersonId,
    bound: &str,
) -> Result<Option<official_follower::Model>> {
    let union = person_union::Entity::find_by_id(person).one(connection).await?;
    let Some(union) = union.filter(|union| union.openid_hash == bound) else {
        return Ok(None);
    };
    let query = official_follower::Entity::find()
        .filter(official_follower::Column::UnionidHash.eq(union.unionid_hash))
        .filter(official_follower::Column::LeftAt.is_null())
        .order_by_desc(official_follower::Column::FollowedAt);
    Ok(query.one(connection).await?)
}

/// Returns the last person who signed in under a unionid.
pub async fn person_with_union(
    connection: &impl ConnectionTrait,
    union: &str,
) -> Result<Option<person_union::Model>> {
    let query = person_union::Entity::find()
        .filter(person_union::Column::UnionidHash.eq(union))
        .order_by_desc(person_union::Column::UpdatedAt);
    Ok(query.one(connection).await?)
}
