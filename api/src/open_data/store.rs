//! The orders of a period, page by page.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::{Channel, Status};
use entity::order;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

/// As much of an order as may be published.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct PublicOrder {
    pub(super) id: OrderId,
    pub(super) channel: Channel,
    pub(super) status: Status,
    pub(super) round: i32,
    pub(super) category_code: Option<String>,
    pub(super) longitude: Option<f64>,
    pub(super) latitude: Option<f64>,
    pub(super) area_code: Option<String>,
    pub(super) township_code: Option<String>,
    pub(super) returns: i32,
    pub(super) extensions_granted: i32,
    pub(super) created_at: DateTime<Utc>,
    pub(super) dispatched_at: Option<DateTime<Utc>>,
    pub(super) accepted_at: Option<DateTime<Utc>>,
    pub(super) replied_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<DateTime<Utc>>,
}

/// A part of a period.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) from: DateTime<Utc>,
    /// Exclusive.
    pub(super) until: DateTime<Utc>,
    pub(super) after: Option<(DateTime<Utc>, OrderId)>,
    pub(super) limit: u64,
}

/// Never a confidential order, nor one that became part of another; the oldest first.
pub(super) async fn orders(db: &impl ConnectionTrait, page: Page) -> Result<Vec<PublicOrder>, DbErr> {
    use order::Column as C;
    let columns = [
        C::Id,
        C::Channel,
        C::Status,
        C::Round,
        C::CategoryCode,
        C::Longitude,
        C::Latitude,
        C::AreaCode,
        C::TownshipCode,
        C::Returns,
        C::ExtensionsGranted,
        C::CreatedAt,
        C::DispatchedAt,
        C::AcceptedAt,
        C::RepliedAt,
        C::ClosedAt,
    ];
    let mut query = order::Entity::find()
        .select_only()
        .columns(columns)
        .filter(C::CreatedAt.gte(page.from))
        .filter(C::CreatedAt.lt(page.until))
        .filter(C::Confidential.eq(false))
        .filter(C::MergedInto.is_null());
    if let Some((at, id)) = page.after {
        let same_moment = Condition::all().add(C::CreatedAt.eq(at)).add(C::Id.gt(id));
        query = query.filter(Condition::any().add(C::CreatedAt.gt(at)).add(same_moment));
    }
    query
        .order_by_asc(C::CreatedAt)
        .order_by_asc(C::Id)
        .limit(page.limit)
        .into_model::<PublicOrder>()
        .all(db)
        .await
}
