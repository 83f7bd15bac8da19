//! Queries of matters of the past: the orders that they gather, and their rows, table by table.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::Status;
use entity::{
    campaign, campaign_activity, campaign_event, campaign_order, campaign_vote, measure, opinion, order,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{self, WriteTransaction, insert_all};
use crate::error::Result;

/// Orders that were closed within so many days before they are added.
const DAYS_BEFORE: i64 = 180;

/// Selects the orders that a matter gathers.
pub struct OrdersBefore<'a> {
    /// Code of the category.
    pub category: &'a str,
    /// County-level code; `None` for the whole city.
    pub area: Option<&'a str>,
    pub until: DateTime<Utc>,
    pub most: u64,
}

/// Locks the orders that were closed before they were added, and returns them, the last closed first.
pub async fn closed_before(txn: &WriteTransaction, wanted: &OrdersBefore<'_>) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let condition = Condition::all()
        .add(C::CategoryCode.eq(wanted.category))
        .add(C::Status.eq(Status::Closed))
        .add(C::ClosedAt.lt(wanted.until))
        .add(C::ClosedAt.gte(wanted.until - TimeDelta::days(DAYS_BEFORE)))
        .add_option(wanted.area.map(|area| C::AreaCode.eq(area)));
    let query = order::Entity::find()
        .filter(condition)
        .order_by_desc(C::ClosedAt)
        .order_by_desc(C::Number)
        .limit(wanted.most);
    Ok(db::for_update(txn, query).all(txn).await?)
}

/// The rows of many matters.
#[derive(Default)]
pub struct Rows {
    pub campaigns: Vec<campaign::Model>,
    pub orders: Vec<campaign_order::Model>,
    pub activities: Vec<campaign_activity::Model>,
    pub opinions: Vec<opinion::Model>,
    pub measures: Vec<measure::Model>,
    pub votes: Vec<campaign_vote::Model>,
    pub events: Vec<campaign_event::Model>,
}

/// Inserts the rows, a few statements in all.
pub async fn insert(txn: &WriteTransaction, rows: Rows) -> Result<()> {
    insert_all::<campaign::Entity, _>(txn, rows.campaigns).await?;
    insert_all::<campaign_order::Entity, _>(txn, rows.orders).await?;
    insert_all::<campaign_activity::Entity, _>(txn, rows.activities).await?;
    insert_all::<opinion::Entity, _>(txn, rows.opinions).await?;
    insert_all::<measure::Entity, _>(txn, rows.measures).await?;
    insert_all::<campaign_vote::Entity, _>(txn, rows.votes).await?;
    insert_all::<campaign_event::Entity, _>(txn, rows.events).await?;
    Ok(())
}
