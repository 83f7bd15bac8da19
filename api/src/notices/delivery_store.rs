//! Queries on pending deliveries. A delivery is due at `next_at`: the time of the next attempt or, while a worker
//! processes it, the end of the worker's lease.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::delivery::{self, Column, Entity};
use entity::ids::{DeliveryId, NoticeId, PersonId};
use entity::kinds::DeliveryStatus;
use entity::{notice, person};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};

use crate::db;

/// An attempt that has been made.
#[derive(Clone, Debug)]
pub struct FinishedAttempt {
    pub id: DeliveryId,
    /// Number of attempts, including this one.
    pub attempts: i32,
    /// WeChat's id of the message, if it accepted it.
    pub message_id: Option<String>,
}

pub async fn next_due(connection: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::NextAt)
        .filter(Column::NextAt.is_not_null())
        .filter(Column::Status.eq(DeliveryStatus::Waiting))
        .order_by_asc(Column::NextAt)
        .into_tuple()
        .one(connection)
        .await
}

/// Returns the due deliveries, longest due first. On PostgreSQL it locks them until the transaction ends and skips
/// those that another replica has locked.
pub async fn due(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<delivery::Model>, DbErr> {
    let mut due = Entity::find()
        .filter(Column::NextAt.lte(now))
        .filter(Column::Status.eq(DeliveryStatus::Waiting))
        .order_by_asc(Column::NextAt)
        .order_by_asc(Column::Id)
        .limit(limit);
    if db::supports_skip_locked(txn) {
        due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    due.all(txn).await
}

/// Returns the sealed openids of those people who are still on the roster and bound.
pub async fn openids(
    connection: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<u8>>, DbErr> {
    let rows: Vec<(PersonId, Option<Vec<u8>>)> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::OpenidSealed])
        .filter(person::Column::Id.is_in(people.iter().copied()))
        .filter(person::Column::Active.eq(true))
        .into_tuple()
        .all(connection)
        .await?;
    let bound = rows.into_iter().filter_map(|(id, sealed)| Some((id, sealed?)));
    Ok(bound.collect())
}

/// Returns the events of the notices of these deliveries.
pub async fn events(
    connection: &impl ConnectionTrait,
    due: &[delivery::Model],
) -> Result<Vec<(NoticeId, String)>, DbErr> {
    notice::Entity::find()
        .select_only()
        .columns([notice::Column::Id, notice::Column::Event])
        .filter(notice::Column::Id.is_in(due.iter().map(|row| row.notice_id)))
        .into_tuple()
        .all(connection)
        .await
}

/// Returns those of `people` with a leased push, on any replica.
pub async fn in_flight(
    connection: &impl ConnectionTrait,
    people: &[PersonId],
    now: DateTime<Utc>,
) -> Result<HashSet<PersonId>, DbErr> {
    let under_way: Vec<PersonId> = Entity::find()
        .select_only()
        .column(Column::PersonId)
        .filter(Column::PersonId.is_in(people.iter().copied()))
        .filter(Column::LeasedUntil.gt(now))
        .filter(Column::Status.eq(DeliveryStatus::Waiting))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(under_way.into_iter().collect())
}

/// Leases deliveries and counts their attempts.
pub async fn lease(
    txn: &impl ConnectionTrait,
    ids: &[DeliveryId],
    until: DateTime<Utc>,
) -> Result<(), DbErr> {
    let lease = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(until))
        .col_expr(Column::NextAt, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
    of(txn, lease, ids).await
}

/// Postpones deliveries.
pub async fn postpone(
    txn: &impl ConnectionTrait,
    ids: &[DeliveryId],
    until: DateTime<Utc>,
) -> Result<(), DbErr> {
    let later = Entity::update_many().col_expr(Column::NextAt, Expr::value(until));
    of(txn, later, ids).await
}

/// Ends deliveries without an attempt, or one whose attempt was lost.
pub async fn close(
    txn: &impl ConnectionTrait,
    ids: &[DeliveryId],
    status: DeliveryStatus,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    of(txn, ending(status, now), ids).await
}

async fn of(txn: &impl ConnectionTrait, update: UpdateMany<Entity>, ids: &[DeliveryId]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let meant = update.filter(Column::Id.is_in(ids.iter().copied()));
    meant
        .filter(Column::Status.eq(DeliveryStatus::Waiting))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records final results. Only the latest attempt of a delivery counts, even if it was recorded as `unknown`
/// meanwhile.
pub async fn complete(
    txn: &impl ConnectionTrait,
    made: &[FinishedAttempt],
    status: DeliveryStatus,
    errcode: Option<i32>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut message_id = CaseStatement::new();
    for one in made {
        message_id = message_id.case(Column::Id.eq(one.id), Expr::value(one.message_id.clone()));
    }
    ending(status, now)
        .col_expr(Column::Errcode, Expr::value(errcode))
        .col_expr(Column::MessageId, message_id.into())
        .filter(is_latest_attempt(made))
        .filter(Column::Status.is_in([DeliveryStatus::Waiting, DeliveryStatus::Unknown]))
        .exec(txn)
        .await?;
    Ok(())
}

/// Releases deliveries for another attempt at `at`.
pub async fn reschedule(
    txn: &impl ConnectionTrait,
    made: &[FinishedAttempt],
    at: DateTime<Utc>,
    errcode: Option<i32>,
) -> Result<(), DbErr> {
    released()
        .col_expr(Column::NextAt, Expr::value(at))
        .col_expr(Column::Errcode, Expr::value(errcode))
        .filter(is_latest_attempt(made))
        .filter(Column::Status.eq(DeliveryStatus::Waiting))
        .exec(txn)
        .await?;
    Ok(())
}

fn is_latest_attempt(made: &[FinishedAttempt]) -> Condition {
    made.iter().fold(Condition::any(), |any, one| {
        any.add(
            Condition::all()
                .add(Column::Id.eq(one.id))
                .add(Column::Attempts.eq(one.attempts)),
        )
    })
}

fn released() -> UpdateMany<Entity> {
    let nobody = Expr::value(Option::<DateTime<Utc>>::None);
    Entity::update_many().col_expr(Column::LeasedUntil, nobody)
}

fn ending(status: DeliveryStatus, now: DateTime<Utc>) -> UpdateMany<Entity> {
    // A push with an unknown result waits for WeChat's sent event.
    let settled_at = (status != DeliveryStatus::Unknown).then_some(now);
    released()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::NextAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(Column::SettledAt, Expr::value(settled_at))
}
