//! Queries on calendar feeds and on the deadlines that they show.

use chrono::{DateTime, Utc};
use entity::ids::{CalendarFeedId, CampaignId, OrderId, UnitId};
use entity::kinds::{MeasureStatus, OpinionStatus, Status};
use entity::{calendar_feed, campaign, deadline, measure, opinion, order};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

/// Entries of one kind in a calendar, the nearest first.
const LIMIT: u64 = 1_000;

pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<calendar_feed::Model>, DbErr> {
    use calendar_feed::Column as C;
    let query = calendar_feed::Entity::find().filter(C::RevokedAt.is_null());
    query.order_by_desc(C::CreatedAt).all(db).await
}

pub(super) async fn by_token_hash(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<calendar_feed::Model>, DbErr> {
    use calendar_feed::Column as C;
    let query = calendar_feed::Entity::find().filter(C::TokenHash.eq(hash));
    query.filter(C::RevokedAt.is_null()).one(db).await
}

/// Returns the feed with this id, unless it was revoked.
pub(super) async fn active(
    db: &impl ConnectionTrait,
    id: CalendarFeedId,
) -> Result<Option<calendar_feed::Model>, DbErr> {
    use calendar_feed::Column as C;
    let query = calendar_feed::Entity::find_by_id(id);
    query.filter(C::RevokedAt.is_null()).one(db).await
}

pub(super) async fn insert(txn: &impl ConnectionTrait, row: calendar_feed::Model) -> Result<(), DbErr> {
    let row = sea_orm::ActiveModelTrait::reset_all(row.into_active_model());
    calendar_feed::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Returns `false` if no feed with this id answers.
pub(super) async fn revoke(
    txn: &impl ConnectionTrait,
    id: CalendarFeedId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    use calendar_feed::Column as C;
    let changed = calendar_feed::Entity::update_many()
        .col_expr(C::RevokedAt, Expr::value(Some(now)))
        .filter(C::Id.eq(id))
        .filter(C::RevokedAt.is_null())
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Gives the feed another token. Returns `false` if it was rotated or revoked since it was read.
pub(super) async fn rotate(
    txn: &impl ConnectionTrait,
    feed: &calendar_feed::Model,
    token_hash: String,
) -> Result<bool, DbErr> {
    use calendar_feed::Column as C;
    let changed = calendar_feed::Entity::update_many()
        .col_expr(C::TokenHash, Expr::value(token_hash))
        .filter(C::Id.eq(feed.id))
        .filter(C::TokenHash.eq(feed.token_hash.as_str()))
        .filter(C::RevokedAt.is_null())
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// The running deadlines of the unit's open orders.
pub(super) async fn deadlines(
    db: &impl ConnectionTrait,
    unit: UnitId,
) -> Result<Vec<deadline::Model>, DbErr> {
    let of_unit = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::UnitId.eq(unit))
        .filter(order::Column::Status.is_in(Status::OPEN))
        .into_query();
    deadline::Entity::find()
        .filter(deadline::Column::StoppedAt.is_null())
        .filter(deadline::Column::OrderId.in_subquery(of_unit))
        .order_by_asc(deadline::Column::DueAt)
        .limit(LIMIT)
        .all(db)
        .await
}

/// Number, category and county of orders.
pub(super) async fn orders(
    db: &impl ConnectionTrait,
    ids: Vec<OrderId>,
) -> Result<Vec<(OrderId, String, Option<String>, Option<String>)>, DbErr> {
    use order::Column as C;
    let query = order::Entity::find().select_only();
    let query = query.columns([C::Id, C::Number, C::CategoryCode, C::AreaCode]);
    query.filter(C::Id.is_in(ids)).into_tuple().all(db).await
}

/// The opinions that wait for a reply, addressed to the unit or of the committee's matters.
pub(super) async fn opinions(
    db: &impl ConnectionTrait,
    unit: Option<UnitId>,
    matters: &[CampaignId],
) -> Result<Vec<opinion::Model>, DbErr> {
    use opinion::Column as C;
    let waiting = [OpinionStatus::Issued, OpinionStatus::Returned];
    let query = opinion::Entity::find().filter(C::Status.is_in(waiting));
    let query = query.filter(C::DueAt.is_not_null());
    let query = match unit {
        Some(unit) => query.filter(C::UnitId.eq(unit)),
        None => query.filter(C::CampaignId.is_in(matters.iter().copied())),
    };
    query.order_by_asc(C::DueAt).limit(LIMIT).all(db).await
}

/// The measures that are not done yet, of the unit or of the committee's matters.
pub(super) async fn measures(
    db: &impl ConnectionTrait,
    unit: Option<UnitId>,
    matters: &[CampaignId],
) -> Result<Vec<measure::Model>, DbErr> {
    use measure::Column as C;
    let query = measure::Entity::find().filter(C::Status.eq(MeasureStatus::Open));
    let query = match unit {
        Some(unit) => query.filter(C::UnitId.eq(unit)),
        None => query.filter(C::CampaignId.is_in(matters.iter().copied())),
    };
    query.order_by_asc(C::DueAt).limit(LIMIT).all(db).await
}

/// The committee's matters that are not closed.
pub(super) async fn matters(
    db: &impl ConnectionTrait,
    committee: &str,
) -> Result<Vec<campaign::Model>, DbErr> {
    use campaign::Column as C;
    let query = campaign::Entity::find().filter(C::Committee.eq(committee));
    let query = query.filter(C::ClosedAt.is_null()).order_by_asc(C::Id);
    query.limit(LIMIT).all(db).await
}
