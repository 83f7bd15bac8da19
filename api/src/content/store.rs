//! Queries on checks and their pictures.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{ContentCheckId, ContentPictureId, PersonId};
use entity::kinds::{ContentCheck, ContentSubject};
use entity::{content_check, content_picture, media_verdict, photo};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use crate::error::Result;

pub async fn find(
    connection: &impl ConnectionTrait,
    id: ContentCheckId,
) -> Result<Option<content_check::Model>> {
    Ok(content_check::Entity::find_by_id(id).one(connection).await?)
}

pub async fn find_all(
    connection: &impl ConnectionTrait,
    ids: &[ContentCheckId],
) -> Result<Vec<content_check::Model>> {
    Ok(among(ids).all(connection).await?)
}

/// The check, held until the transaction ends: its parts are settled one after the other.
pub async fn lock(txn: &impl ConnectionTrait, id: ContentCheckId) -> Result<Option<content_check::Model>> {
    let query = content_check::Entity::find_by_id(id).lock_exclusive();
    Ok(query.one(txn).await?)
}

/// Locks several checks in the order of their ids, which prevents deadlocks.
pub async fn lock_all(
    txn: &impl ConnectionTrait,
    ids: &[ContentCheckId],
) -> Result<Vec<content_check::Model>> {
    Ok(among(ids).lock_exclusive().all(txn).await?)
}

fn among(ids: &[ContentCheckId]) -> Select<content_check::Entity> {
    content_check::Entity::find()
        .filter(content_check::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(content_check::Column::Id)
}

pub async fn of_subject(
    connection: &impl ConnectionTrait,
    subject: ContentSubject,
    id: Uuid,
) -> Result<Option<content_check::Model>> {
    let query = content_check::Entity::find()
        .filter(content_check::Column::Subject.eq(subject))
        .filter(content_check::Column::SubjectId.eq(id));
    Ok(query.one(connection).await?)
}

pub async fn insert(
    txn: &impl ConnectionTrait,
    check: content_check::ActiveModel,
    pictures: Vec<content_picture::ActiveModel>,
) -> Result<()> {
    content_check::Entity::insert(check)
        .exec_without_returning(txn)
        .await?;
    if !pictures.is_empty() {
        content_picture::Entity::insert_many(pictures)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// A picture with its photo.
pub async fn picture(
    connection: &impl ConnectionTrait,
    id: ContentPictureId,
) -> Result<Option<(content_picture::Model, photo::Model)>> {
    let Some(picture) = content_picture::Entity::find_by_id(id).one(connection).await? else {
        return Ok(None);
    };
    let photo = photo::Entity::find_by_id(picture.photo_id)
        .one(connection)
        .await?;
    Ok(photo.map(|photo| (picture, photo)))
}

/// The picture that WeChat was shown under this trace id.
pub async fn traced(
    connection: &impl ConnectionTrait,
    trace_id: &str,
) -> Result<Option<content_picture::Model>> {
    let query = content_picture::Entity::find().filter(content_picture::Column::TraceId.eq(trace_id));
    Ok(query.one(connection).await?)
}

pub async fn states_of_pictures(
    connection: &impl ConnectionTrait,
    checks: &[ContentCheckId],
) -> Result<HashMap<ContentCheckId, Vec<ContentCheck>>> {
    let states = content_picture::Entity::find()
        .select_only()
        .columns([content_picture::Column::CheckId, content_picture::Column::State])
        .filter(content_picture::Column::CheckId.is_in(checks.iter().copied()));
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for (check, state) in states.into_tuple().all(connection).await? {
        found.entry(check).or_default().push(state);
    }
    Ok(found)
}

/// Pictures of several checks, with their photos.
pub async fn pictures(
    connection: &impl ConnectionTrait,
    checks: Vec<ContentCheckId>,
) -> Result<HashMap<ContentCheckId, Vec<(content_picture::Model, photo::Model)>>> {
    let rows = content_picture::Entity::find()
        .filter(content_picture::Column::CheckId.is_in(checks))
        .order_by_asc(content_picture::Column::Id)
        .all(connection)
        .await?;
    let photos = photo::Entity::find()
        .filter(photo::Column::Id.is_in(rows.iter().map(|row| row.photo_id)))
        .all(connection)
        .await?;
    let photos: HashMap<_, _> = photos.into_iter().map(|photo| (photo.id, photo)).collect();
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(photo) = photos.get(&row.photo_id) {
            found.entry(row.check_id).or_default().push((row, photo.clone()));
        }
    }
    Ok(found)
}

/// Checks in these states, the oldest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    states: &[ContentCheck],
    after: Option<(DateTime<Utc>, ContentCheckId)>,
    limit: u64,
) -> Result<Vec<content_check::Model>> {
    use content_check::Column as C;
    let mut query = content_check::Entity::find().filter(C::State.is_in(states.iter().copied()));
    if let Some((created_at, id)) = after {
        let later = Condition::any()
            .add(C::CreatedAt.gt(created_at))
            .add(C::CreatedAt.eq(created_at).and(C::Id.gt(id)));
        query = query.filter(later);
    }
    let rows = query
        .order_by_asc(C::CreatedAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .all(connection)
        .await?;
    Ok(rows)
}

pub async fn count(connection: &impl ConnectionTrait, states: &[ContentCheck]) -> Result<u64> {
    let query =
        content_check::Entity::find().filter(content_check::Column::State.is_in(states.iter().copied()));
    Ok(query.count(connection).await?)
}

pub async fn settle_texts(
    txn: &impl ConnectionTrait,
    ids: &[ContentCheckId],
    state: ContentCheck,
    label: Option<i64>,
) -> Result<()> {
    content_check::Entity::update_many()
        .col_expr(content_check::Column::TextState, Expr::value(state))
        .col_expr(content_check::Column::TextLabel, Expr::value(label))
        .filter(content_check::Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

pub async fn count_text_try(txn: &impl ConnectionTrait, id: ContentCheckId, tries: i32) -> Result<()> {
    content_check::Entity::update_many()
        .col_expr(content_check::Column::TextAttempts, Expr::value(tries))
        .filter(content_check::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

pub async fn settle_picture(
    txn: &impl ConnectionTrait,
    id: ContentPictureId,
    state: ContentCheck,
    label: Option<i64>,
) -> Result<()> {
    content_picture::Entity::update_many()
        .col_expr(content_picture::Column::State, Expr::value(state))
        .col_expr(content_picture::Column::Label, Expr::value(label))
        .filter(content_picture::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Notes a call for a picture; a trace id when WeChat took it in.
pub async fn count_picture_try(
    txn: &impl ConnectionTrait,
    id: ContentPictureId,
    tries: i32,
    trace: Option<(&str, DateTime<Utc>)>,
) -> Result<()> {
    let mut update = content_picture::Entity::update_many()
        .col_expr(content_picture::Column::Attempts, Expr::value(tries))
        .filter(content_picture::Column::Id.eq(id));
    if let Some((trace_id, asked_at)) = trace {
        update = update
            .col_expr(content_picture::Column::TraceId, Expr::value(trace_id))
            .col_expr(content_picture::Column::AskedAt, Expr::value(asked_at));
    }
    update.exec(txn).await?;
    Ok(())
}

/// Stores the state of the whole. A final state removes the openid.
pub async fn set_state(
    txn: &impl ConnectionTrait,
    ids: &[ContentCheckId],
    state: ContentCheck,
    settled_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let mut update = content_check::Entity::update_many()
        .col_expr(content_check::Column::State, Expr::value(state))
        .col_expr(content_check::Column::SettledAt, Expr::value(settled_at))
        .filter(content_check::Column::Id.is_in(ids.iter().copied()));
    if settled_at.is_some() {
        update = update.col_expr(content_check::Column::OpenidSealed, Expr::value(None::<Vec<u8>>));
    }
    update.exec(txn).await?;
    Ok(())
}

pub async fn note_decision(
    txn: &impl ConnectionTrait,
    id: ContentCheckId,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<()> {
    content_check::Entity::update_many()
        .col_expr(content_check::Column::DecidedBy, Expr::value(by))
        .col_expr(content_check::Column::DecidedAt, Expr::value(now))
        .filter(content_check::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Stores a verdict under its trace id; the first one is kept.
pub async fn keep_verdict(txn: &impl ConnectionTrait, verdict: media_verdict::ActiveModel) -> Result<()> {
    media_verdict::Entity::insert(verdict)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub async fn verdict_of(
    connection: &impl ConnectionTrait,
    trace_id: &str,
) -> Result<Option<media_verdict::Model>> {
    Ok(media_verdict::Entity::find_by_id(trace_id)
        .one(connection)
        .await?)
}
