//! Queries for the ledger of second channels.

use chrono::{DateTime, Utc};
use entity::ids::{NoticeId, SecondDeliveryId};
use entity::kinds::{DeliveryStatus, SecondChannel, SecondDeliveryStatus};
use entity::{delivery, notice, person, second_delivery};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait as _, QueryFilter,
    QueryOrder as _, QuerySelect,
};

use crate::error::Result;

pub async fn find(
    connection: &impl ConnectionTrait,
    id: SecondDeliveryId,
) -> Result<Option<second_delivery::Model>> {
    Ok(second_delivery::Entity::find_by_id(id).one(connection).await?)
}

/// Returns the notice with its active person, if both still exist.
pub async fn notice_of(
    connection: &impl ConnectionTrait,
    id: NoticeId,
) -> Result<Option<(notice::Model, person::Model)>> {
    let Some(row) = notice::Entity::find_by_id(id).one(connection).await? else {
        return Ok(None);
    };
    let person = person::Entity::find_by_id(row.person_id)
        .filter(person::Column::Active.eq(true))
        .one(connection)
        .await?;
    Ok(person.map(|person| (row, person)))
}

/// Returns `true` if the push of the notice arrived.
pub async fn was_pushed(connection: &impl ConnectionTrait, id: NoticeId) -> Result<bool> {
    let sent = delivery::Entity::find()
        .filter(delivery::Column::NoticeId.eq(id))
        .filter(delivery::Column::Status.eq(DeliveryStatus::Sent));
    Ok(sent.count(connection).await? > 0)
}

/// Marks a waiting row as attempted; without a response of the provider it stays `unknown`. Returns `false` if another
/// worker has it.
pub async fn begin(txn: &impl ConnectionTrait, id: SecondDeliveryId) -> Result<bool> {
    use second_delivery::Column as C;
    let begun = second_delivery::Entity::update_many()
        .col_expr(C::Status, Expr::value(SecondDeliveryStatus::Unknown))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(SecondDeliveryStatus::Waiting))
        .exec(txn)
        .await?;
    Ok(begun.rows_affected == 1)
}

/// The result of an attempt.
pub struct Settled {
    pub attempts: i32,
    pub status: SecondDeliveryStatus,
    pub code: Option<String>,
    pub message_id: Option<String>,
}

pub async fn settle(
    txn: &impl ConnectionTrait,
    id: SecondDeliveryId,
    settled: Settled,
    now: DateTime<Utc>,
) -> Result<()> {
    use second_delivery::Column as C;
    let open = settled.status == SecondDeliveryStatus::Waiting;
    second_delivery::Entity::update_many()
        .col_expr(C::Status, Expr::value(settled.status))
        .col_expr(C::Attempts, Expr::value(settled.attempts))
        .col_expr(C::Code, Expr::value(settled.code))
        .col_expr(C::MessageId, Expr::value(settled.message_id))
        .col_expr(C::SettledAt, Expr::value((!open).then_some(now)))
        .filter(C::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// The number of sends of a channel with one result.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Count {
    pub channel: SecondChannel,
    pub status: SecondDeliveryStatus,
    pub sends: i64,
}

pub async fn counts(connection: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Count>> {
    use second_delivery::Column as C;
    let query = second_delivery::Entity::find()
        .select_only()
        .column(C::Channel)
        .column(C::Status)
        .column_as(C::Id.count(), "sends")
        .filter(C::CreatedAt.gte(since))
        .group_by(C::Channel)
        .group_by(C::Status);
    Ok(query.into_model::<Count>().all(connection).await?)
}

/// Returns the code of the last attempt on a channel, or `None` if it was sent. Ignores people who are not on the
/// channel.
pub async fn last_code(
    connection: &impl ConnectionTrait,
    channel: SecondChannel,
    since: DateTime<Utc>,
) -> Result<Option<String>> {
    use second_delivery::Column as C;
    let attempts = [
        SecondDeliveryStatus::Sent,
        SecondDeliveryStatus::Failed,
        SecondDeliveryStatus::Waiting,
    ];
    let last = second_delivery::Entity::find()
        .filter(C::Channel.eq(channel))
        .filter(C::CreatedAt.gte(since))
        .filter(C::Attempts.gt(0))
        .filter(C::Status.is_in(attempts))
        .order_by_desc(C::DueAt)
        .order_by_desc(C::Id);
    Ok(last.one(connection).await?.and_then(|row| row.code))
}
