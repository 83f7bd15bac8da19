//! Queries on campaigns.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, OrderId};
use entity::{campaign, campaign_order, order};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// An order as its campaign lists it.
pub type Gathered = (OrderId, String, String, Option<String>);

pub async fn find(
    connection: &impl ConnectionTrait,
    id: CampaignId,
) -> Result<Option<campaign::Model>, DbErr> {
    campaign::Entity::find_by_id(id).one(connection).await
}

/// The newest first; `area` is what a county's people see.
pub async fn list(
    connection: &impl ConnectionTrait,
    area: Option<&str>,
    after: Option<(DateTime<Utc>, CampaignId)>,
    limit: u64,
) -> Result<Vec<campaign::Model>, DbErr> {
    let mut query = campaign::Entity::find();
    if let Some(area) = area {
        query = query.filter(campaign::Column::AreaCode.eq(area));
    }
    if let Some((opened_at, id)) = after {
        let same_instant = campaign::Column::OpenedAt
            .eq(opened_at)
            .and(campaign::Column::Id.lt(id));
        query = query.filter(
            Condition::any()
                .add(campaign::Column::OpenedAt.lt(opened_at))
                .add(same_instant),
        );
    }
    query
        .order_by_desc(campaign::Column::OpenedAt)
        .order_by_desc(campaign::Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// How many orders each campaign holds.
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
) -> Result<Vec<Gathered>, DbErr> {
    let of_campaign = campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::OrderId)
        .filter(campaign_order::Column::CampaignId.eq(id));
    order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .column(order::Column::Number)
        .column(order::Column::Status)
        .column(order::Column::AreaCode)
        .filter(order::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(of_campaign)))
        .order_by_asc(order::Column::Number)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// Adds orders; those already in stay as they are.
pub async fn gather(
    connection: &impl ConnectionTrait,
    rows: Vec<campaign_order::ActiveModel>,
) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    campaign_order::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Writes a change if nobody has changed the campaign since; says whether it did.
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
