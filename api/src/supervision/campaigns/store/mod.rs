//! Queries on campaigns, their orders, events and votes.

pub mod comparison;
mod open;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, OrderId};
use entity::kinds::CampaignStatus;
use entity::{campaign, campaign_event, campaign_order, campaign_vote, order};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, TryInsertResult,
};

pub use open::open_items;

use crate::db;
use crate::error::Result;

/// An order as its campaign lists it.
pub type CampaignOrder = (OrderId, String, String, Option<String>);

/// `FormFields` of a diary that are shown.
const MAX_EVENTS: u64 = 1_000;
const MAX_CHILDREN: u64 = 100;

/// Which campaigns a list holds.
#[derive(Clone, Debug, Default)]
pub struct CampaignFilter {
    /// County-level code.
    pub area: Option<String>,
    pub status: Option<CampaignStatus>,
    /// The committee's full name.
    pub committee: Option<String>,
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: CampaignId,
) -> Result<Option<campaign::Model>, DbErr> {
    campaign::Entity::find_by_id(id).one(connection).await
}

/// Locks a campaign for the rest of the transaction.
pub async fn lock(txn: &impl ConnectionTrait, id: CampaignId) -> Result<Option<campaign::Model>, DbErr> {
    let query = db::for_update(txn, campaign::Entity::find_by_id(id));
    query.one(txn).await
}

pub async fn insert(connection: &impl ConnectionTrait, row: campaign::Model) -> Result<()> {
    campaign::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    filter: &CampaignFilter,
    after: Option<(DateTime<Utc>, CampaignId)>,
    limit: u64,
) -> Result<Vec<campaign::Model>, DbErr> {
    use campaign::Column as C;
    let CampaignFilter {
        area,
        status,
        committee,
    } = filter;
    let wanted = Condition::all()
        .add_option(area.as_deref().map(|area| C::AreaCode.eq(area)))
        .add_option(status.map(|status| C::Status.eq(status)))
        .add_option(committee.as_deref().map(|name| C::Committee.eq(name)));
    let mut query = campaign::Entity::find().filter(wanted);
    if let Some((opened_at, id)) = after {
        let same_instant = C::OpenedAt.eq(opened_at).and(C::Id.lt(id));
        query = query.filter(Condition::any().add(C::OpenedAt.lt(opened_at)).add(same_instant));
    }
    query
        .order_by_desc(C::OpenedAt)
        .order_by_desc(C::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// A city campaign's county parts, the oldest first.
pub async fn children(
    connection: &impl ConnectionTrait,
    parent: CampaignId,
) -> Result<Vec<campaign::Model>, DbErr> {
    campaign::Entity::find()
        .filter(campaign::Column::ParentId.eq(parent))
        .order_by_asc(campaign::Column::Id)
        .limit(MAX_CHILDREN)
        .all(connection)
        .await
}

/// Returns the number of orders per campaign.
pub async fn counts(
    connection: &impl ConnectionTrait,
    ids: Vec<CampaignId>,
) -> Result<HashMap<CampaignId, i64>, DbErr> {
    let rows: Vec<(CampaignId, i64)> = campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::CampaignId)
        .column_as(campaign_order::Column::OrderId.count(), "orders")
        .filter(campaign_order::Column::CampaignId.is_in(ids))
        .group_by(campaign_order::Column::CampaignId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The orders of a campaign in the order of their numbers, up to `limit`.
pub async fn gathered(
    connection: &impl ConnectionTrait,
    id: CampaignId,
    limit: u64,
) -> Result<Vec<CampaignOrder>, DbErr> {
    use order::Column as C;
    order::Entity::find()
        .select_only()
        .columns([C::Id, C::Number, C::Status, C::AreaCode])
        .filter(C::Id.in_subquery(order_ids(id)))
        .order_by_asc(C::Number)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// Every order of a campaign with its county.
pub async fn orders_by_area(
    connection: &impl ConnectionTrait,
    id: CampaignId,
) -> Result<Vec<(OrderId, Option<String>)>> {
    let query = order::Entity::find()
        .select_only()
        .columns([order::Column::Id, order::Column::AreaCode])
        .filter(order::Column::Id.in_subquery(order_ids(id)));
    Ok(query.into_tuple().all(connection).await?)
}

pub(super) fn order_ids(id: CampaignId) -> sea_orm::sea_query::SelectStatement {
    campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::OrderId)
        .filter(campaign_order::Column::CampaignId.eq(id))
        .into_query()
}

/// Adds orders and returns how many are new; those already in stay as they are.
pub async fn gather(
    connection: &impl ConnectionTrait,
    rows: Vec<campaign_order::ActiveModel>,
) -> Result<u64, DbErr> {
    if rows.is_empty() {
        return Ok(0);
    }
    let added = campaign_order::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    match added {
        TryInsertResult::Inserted(count) => Ok(count),
        TryInsertResult::Empty | TryInsertResult::Conflicted => Ok(0),
    }
}

/// Writes a change if nobody has changed the campaign since; returns `false` otherwise.
pub async fn update(
    connection: &impl ConnectionTrait,
    seen: &campaign::Model,
    change: campaign::ActiveModel,
) -> Result<bool, DbErr> {
    let result = campaign::Entity::update_many()
        .set(change)
        .col_expr(campaign::Column::Version, Expr::value(seen.version + 1))
        .filter(campaign::Column::Id.eq(seen.id))
        .filter(campaign::Column::Version.eq(seen.version))
        .exec(connection)
        .await?;
    Ok(result.rows_affected == 1)
}

pub async fn insert_event(connection: &impl ConnectionTrait, row: campaign_event::Model) -> Result<()> {
    campaign_event::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// A campaign's diary, the oldest entry first.
pub async fn events(connection: &impl ConnectionTrait, id: CampaignId) -> Result<Vec<campaign_event::Model>> {
    let query = campaign_event::Entity::find()
        .filter(campaign_event::Column::CampaignId.eq(id))
        .order_by_asc(campaign_event::Column::Id)
        .limit(MAX_EVENTS);
    Ok(query.all(connection).await?)
}

pub async fn insert_vote(connection: &impl ConnectionTrait, row: campaign_vote::Model) -> Result<()> {
    campaign_vote::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The votes of a campaign, the oldest first; some tens at most.
pub async fn votes(connection: &impl ConnectionTrait, id: CampaignId) -> Result<Vec<campaign_vote::Model>> {
    let query = campaign_vote::Entity::find()
        .filter(campaign_vote::Column::CampaignId.eq(id))
        .order_by_asc(campaign_vote::Column::Id);
    Ok(query.all(connection).await?)
}
