//! Queries on activities.

use std::collections::HashMap;

use entity::ids::{ActivityId, CampaignId, OrderId};
use entity::{campaign_activity, campaign_activity_order, order};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    JoinType, PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};

use crate::error::Result;

pub async fn insert(
    connection: &impl ConnectionTrait,
    row: campaign_activity::Model,
    orders: Vec<OrderId>,
) -> Result<()> {
    let activity = row.id;
    campaign_activity::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    if orders.is_empty() {
        return Ok(());
    }
    let links = orders
        .into_iter()
        .map(|order| campaign_activity_order::ActiveModel {
            activity_id: Set(activity),
            order_id: Set(order),
        });
    campaign_activity_order::Entity::insert_many(links)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub async fn count(connection: &impl ConnectionTrait, campaign: CampaignId) -> Result<u64> {
    let query = campaign_activity::Entity::find().filter(campaign_activity::Column::CampaignId.eq(campaign));
    Ok(query.count(connection).await?)
}

/// The oldest first; a campaign holds some hundreds at most.
pub async fn of_campaign(
    connection: &impl ConnectionTrait,
    campaign: CampaignId,
) -> Result<Vec<campaign_activity::Model>> {
    let query = campaign_activity::Entity::find()
        .filter(campaign_activity::Column::CampaignId.eq(campaign))
        .order_by_asc(campaign_activity::Column::At)
        .order_by_asc(campaign_activity::Column::Id);
    Ok(query.all(connection).await?)
}

/// The numbers of the orders that activities are about.
pub async fn numbers(
    connection: &impl ConnectionTrait,
    activities: Vec<ActivityId>,
) -> Result<HashMap<ActivityId, Vec<String>>> {
    let rows: Vec<(ActivityId, String)> = campaign_activity_order::Entity::find()
        .select_only()
        .column(campaign_activity_order::Column::ActivityId)
        .column(order::Column::Number)
        .join(
            JoinType::InnerJoin,
            campaign_activity_order::Entity::belongs_to(order::Entity)
                .from(campaign_activity_order::Column::OrderId)
                .to(order::Column::Id)
                .into(),
        )
        .filter(campaign_activity_order::Column::ActivityId.is_in(activities))
        .order_by_asc(order::Column::Number)
        .into_tuple()
        .all(connection)
        .await?;
    let mut numbers: HashMap<_, Vec<_>> = HashMap::new();
    for (activity, number) in rows {
        numbers.entry(activity).or_default().push(number);
    }
    Ok(numbers)
}
