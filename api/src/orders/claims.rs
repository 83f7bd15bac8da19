//! Claims: an operator works on a matter, and no other does meanwhile. A claim runs out by itself; acting on the
//! matter gives it back. Whoever takes or heeds a claim holds the order's row, so two never get the same.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::ids::{OrderId, PersonId};
use entity::{order, person, queue_claim};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::{Error, Holder, Kind, Result};
use crate::http::time::local;
use crate::orders::store;

/// How long a claim lasts unless it is taken again: a long call, and a little more.
pub const LASTS: TimeDelta = TimeDelta::minutes(15);
const SUBJECT: &str = "order";

/// The order, held until the transaction ends, for those who claim it.
pub async fn hold(txn: &impl ConnectionTrait, number: &str) -> Result<order::Model> {
    store::hold(txn, number).await?.ok_or_else(Error::not_found)
}

/// The claims on these orders that have not run out.
pub async fn of_orders(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<OrderId, queue_claim::Model>> {
    let rows = queue_claim::Entity::find()
        .filter(queue_claim::Column::SubjectKind.eq(SUBJECT))
        .filter(queue_claim::Column::SubjectId.is_in(orders.iter().map(ToString::to_string)))
        .filter(queue_claim::Column::Until.gt(now))
        .all(db)
        .await?;
    let keyed = |row: queue_claim::Model| Some((row.subject_id.parse().ok()?, row));
    Ok(rows.into_iter().filter_map(keyed).collect())
}

/// 409 when somebody else works on the order; the caller holds its row.
pub async fn heed(
    txn: &impl ConnectionTrait,
    zone: Tz,
    order: OrderId,
    person: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let claims = of_orders(txn, &[order], now).await?;
    let Some(claim) = claims.into_values().find(|claim| Some(claim.person_id) != person) else {
        return Ok(());
    };
    let name = person::Entity::find_by_id(claim.person_id).one(txn).await?;
    let name = name.map_or_else(|| "另一位坐席".to_owned(), |person| person.name);
    let until = local(claim.until, zone);
    let detail = format!("{name}正在处理这件工单，到 {} 为止。", until.format("%H:%M"));
    let refused = Error::refused(Kind::Conflict, "claimed_by_another", detail);
    Err(refused.held_by(Holder { name, until }))
}

/// Takes the claim, or takes it anew; the caller holds the order's row and has heeded the claims on it.
pub async fn take(
    txn: &impl ConnectionTrait,
    order: OrderId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    use queue_claim::Column as C;
    let until = now + LASTS;
    let row = queue_claim::ActiveModel {
        subject_kind: Set(SUBJECT.to_owned()),
        subject_id: Set(order.to_string()),
        person_id: Set(person),
        until: Set(until),
    };
    let taken_over = OnConflict::columns([C::SubjectKind, C::SubjectId])
        .update_columns([C::PersonId, C::Until])
        .to_owned();
    queue_claim::Entity::insert(row)
        .on_conflict(taken_over)
        .exec_without_returning(txn)
        .await?;
    Ok(until)
}

/// Gives back what the person has claimed of the order, if anything.
pub async fn release(txn: &impl ConnectionTrait, order: OrderId, person: PersonId) -> Result<()> {
    queue_claim::Entity::delete_many()
        .filter(queue_claim::Column::SubjectKind.eq(SUBJECT))
        .filter(queue_claim::Column::SubjectId.eq(order.to_string()))
        .filter(queue_claim::Column::PersonId.eq(person))
        .exec(txn)
        .await?;
    Ok(())
}
