//! Queries on `photo`, and the waiting clean-ups of `job`.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, PhotoId};
use entity::{job, photo};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter, TryInsertResult,
};

use crate::db;
use crate::error::Result;
use crate::jobs::Job as _;

/// Removes a photo that no report uses, given the SHA-256 of the original.
pub struct RemoveUnusedPhoto;

/// Puts everybody who stores or removes these bytes in line until the transaction ends. SQLite's one writer
/// is in line already.
pub async fn lock_bytes(txn: &impl ConnectionTrait, sha256: &str) -> Result<()> {
    if db::supports_skip_locked(txn) {
        let number = u64::from_str_radix(sha256.get(..15).unwrap_or("0"), 16).unwrap_or(0);
        txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({number})"))
            .await?;
    }
    Ok(())
}

pub async fn of_owner(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    sha256: &str,
) -> Result<Option<photo::Model>> {
    let query = photo::Entity::find().filter(photo::Column::OwnerId.eq(owner));
    Ok(query
        .filter(photo::Column::Sha256.eq(sha256))
        .one(connection)
        .await?)
}

pub async fn by_ids(connection: &impl ConnectionTrait, ids: &[PhotoId]) -> Result<Vec<photo::Model>> {
    let query = photo::Entity::find().filter(photo::Column::Id.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// False when the owner has these bytes already.
pub async fn insert(connection: &impl ConnectionTrait, row: photo::Model) -> Result<bool> {
    let inserted = photo::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

/// A photo sent again begins its day anew, even one that the clean-up had marked.
pub async fn renew(connection: &impl ConnectionTrait, id: PhotoId, now: DateTime<Utc>) -> Result<()> {
    photo::Entity::update_many()
        .col_expr(photo::Column::CreatedAt, Expr::value(now))
        .col_expr(
            photo::Column::RemovingAt,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(photo::Column::Id.eq(id))
        .filter(photo::Column::Attached.eq(false))
        .exec(connection)
        .await?;
    Ok(())
}

fn cleanups(sha256: &str) -> sea_orm::Select<job::Entity> {
    job::Entity::find()
        .filter(job::Column::Kind.eq(RemoveUnusedPhoto::NAME))
        .filter(job::Column::Subject.eq(sha256))
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
}

/// Whether a clean-up of these bytes is due, and perhaps at work.
pub async fn cleanup_is_due(
    connection: &impl ConnectionTrait,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let due = cleanups(sha256).filter(job::Column::RunAt.lte(now));
    Ok(due.count(connection).await? > 0)
}

/// Whether the bytes were sent again since: a later clean-up will see to them.
pub async fn cleanup_comes_later(
    connection: &impl ConnectionTrait,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let later = cleanups(sha256).filter(job::Column::RunAt.gt(now));
    Ok(later.count(connection).await? > 0)
}

/// Marks what no report refers to; says whether anybody else still needs the objects.
pub async fn mark_unused(
    connection: &impl ConnectionTrait,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    photo::Entity::update_many()
        .col_expr(photo::Column::RemovingAt, Expr::value(now))
        .filter(photo::Column::Sha256.eq(sha256))
        .filter(photo::Column::Attached.eq(false))
        .filter(photo::Column::RemovingAt.is_null())
        .exec(connection)
        .await?;
    let kept = photo::Entity::find()
        .filter(photo::Column::Sha256.eq(sha256))
        .filter(photo::Column::RemovingAt.is_null());
    Ok(kept.count(connection).await? > 0)
}

pub async fn remove_marked(connection: &impl ConnectionTrait, sha256: &str) -> Result<()> {
    photo::Entity::delete_many()
        .filter(photo::Column::Sha256.eq(sha256))
        .filter(photo::Column::Attached.eq(false))
        .filter(photo::Column::RemovingAt.is_not_null())
        .exec(connection)
        .await?;
    Ok(())
}
