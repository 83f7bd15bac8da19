//! Queries of the outbox, the inbox and the ledger.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{BoundarySetId, NoticeId, PersonId, UnitId};
use entity::kinds::DeliveryStatus;
use entity::{area, category, delivery, notice, person, subscription, template_check, unit};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::notices::audience::TemplateKey;

/// Validity of a refusal in the ledger. After it WeChat is called again, in case a consent never reached us.
const REFUSAL_BELIEVED: TimeDelta = TimeDelta::hours(24);

pub async fn unit_name(connection: &impl ConnectionTrait, id: UnitId) -> Result<Option<String>, DbErr> {
    let name = unit::Entity::find_by_id(id)
        .select_only()
        .column(unit::Column::Name);
    name.into_tuple().one(connection).await
}

pub async fn category_name(connection: &impl ConnectionTrait, code: &str) -> Result<Option<String>, DbErr> {
    let name = category::Entity::find_by_id(code)
        .select_only()
        .column(category::Column::Name);
    name.into_tuple().one(connection).await
}

pub async fn area_name(
    connection: &impl ConnectionTrait,
    set: BoundarySetId,
    code: &str,
) -> Result<Option<String>, DbErr> {
    let name = area::Entity::find_by_id((set, code.to_owned()))
        .select_only()
        .column(area::Column::Name);
    name.into_tuple().one(connection).await
}

pub async fn person_name(connection: &impl ConnectionTrait, id: PersonId) -> Result<Option<String>, DbErr> {
    let name = person::Entity::find_by_id(id)
        .select_only()
        .column(person::Column::Name);
    name.into_tuple().one(connection).await
}

/// Returns those of `wanted` who refused recently, or for whom WeChat returned 43101, with no consent left. A count
/// that was used up, or an empty ledger, is no refusal.
pub async fn known_unsubscribed(
    connection: &impl ConnectionTrait,
    wanted: &[(PersonId, TemplateKey)],
    now: DateTime<Utc>,
) -> Result<HashSet<(PersonId, String)>, DbErr> {
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<(PersonId, String)> = subscription::Entity::find()
        .select_only()
        .column(subscription::Column::PersonId)
        .column(subscription::Column::TemplateKey)
        .filter(subscription::Column::PersonId.is_in(wanted.iter().map(|(person, _)| *person)))
        .filter(subscription::Column::Remaining.lte(0))
        .filter(subscription::Column::LongTerm.eq(false))
        .filter(subscription::Column::Refused.eq(true))
        .filter(subscription::Column::UpdatedAt.gt(now - REFUSAL_BELIEVED))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Returns a page of a person's inbox, newest first, with one row more than requested.
pub async fn inbox(
    connection: &impl ConnectionTrait,
    person: PersonId,
    unread_only: bool,
    after: Option<(DateTime<Utc>, NoticeId)>,
    limit: u64,
) -> Result<Vec<notice::Model>, DbErr> {
    let mut query = notice::Entity::find().filter(notice::Column::PersonId.eq(person));
    if unread_only {
        query = query.filter(notice::Column::ReadAt.is_null());
    }
    if let Some((at, id)) = after {
        let same_moment = Condition::all()
            .add(notice::Column::CreatedAt.eq(at))
            .add(notice::Column::Id.lt(id));
        query = query.filter(
            Condition::any()
                .add(notice::Column::CreatedAt.lt(at))
                .add(same_moment),
        );
    }
    query
        .order_by_desc(notice::Column::CreatedAt)
        .order_by_desc(notice::Column::Id)
        .limit(limit + 1)
        .all(connection)
        .await
}

pub async fn unread(connection: &impl ConnectionTrait, person: PersonId) -> Result<u64, DbErr> {
    notice::Entity::find()
        .filter(notice::Column::PersonId.eq(person))
        .filter(notice::Column::ReadAt.is_null())
        .count(connection)
        .await
}

/// Counts unread notices, reading no more than `most` of them.
pub async fn unread_up_to(
    connection: &impl ConnectionTrait,
    person: PersonId,
    most: u64,
) -> Result<u64, DbErr> {
    let ids: Vec<NoticeId> = notice::Entity::find()
        .select_only()
        .column(notice::Column::Id)
        .filter(notice::Column::PersonId.eq(person))
        .filter(notice::Column::ReadAt.is_null())
        .limit(most)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(u64::try_from(ids.len()).unwrap_or(most))
}

pub async fn own_notice(
    connection: &impl ConnectionTrait,
    person: PersonId,
    id: NoticeId,
) -> Result<Option<notice::Model>, DbErr> {
    notice::Entity::find_by_id(id)
        .filter(notice::Column::PersonId.eq(person))
        .one(connection)
        .await
}

/// Marks unread lines of one person as read: one, or all.
pub async fn mark_read(
    connection: &impl ConnectionTrait,
    person: PersonId,
    only: Option<NoticeId>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut update = notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(now))
        .filter(notice::Column::PersonId.eq(person))
        .filter(notice::Column::ReadAt.is_null());
    if let Some(id) = only {
        update = update.filter(notice::Column::Id.eq(id));
    }
    Ok(update.exec(connection).await?.rows_affected)
}

/// Records WeChat's final result of a push.
pub async fn apply_delivery_report(
    connection: &impl ConnectionTrait,
    row: &delivery::Model,
    status: DeliveryStatus,
    message_id: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::Status, Expr::value(status))
        .col_expr(delivery::Column::MessageId, Expr::value(message_id))
        .col_expr(delivery::Column::SettledAt, Expr::value(now))
        .filter(delivery::Column::Id.eq(row.id))
        .exec(connection)
        .await?;
    Ok(())
}

pub async fn person_by_openid(
    connection: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<PersonId>, DbErr> {
    person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::OpenidHash.eq(hash))
        .into_tuple()
        .one(connection)
        .await
}

/// Counts the results of pushes since an instant, by template.
pub async fn outcomes_since(
    connection: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Vec<(String, DeliveryStatus, i64)>, DbErr> {
    use delivery::Column;
    delivery::Entity::find()
        .select_only()
        .columns([Column::TemplateKey, Column::Status])
        .column_as(Column::Id.count(), "deliveries")
        .filter(Column::CreatedAt.gte(since))
        .group_by(Column::TemplateKey)
        .group_by(Column::Status)
        .into_tuple()
        .all(connection)
        .await
}

/// Returns the last comparison of each template with the account.
pub async fn template_checks(connection: &impl ConnectionTrait) -> Result<Vec<template_check::Model>, DbErr> {
    template_check::Entity::find().all(connection).await
}

pub async fn keep_template_checks(
    txn: &impl ConnectionTrait,
    rows: Vec<template_check::Model>,
) -> Result<(), DbErr> {
    use template_check::Column;
    let rows = rows
        .into_iter()
        .map(|row| template_check::ActiveModel::from(row).reset_all());
    let known = OnConflict::column(Column::TemplateKey)
        .update_columns([Column::CheckedAt, Column::Known, Column::Problems])
        .to_owned();
    template_check::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
