//! An order gathered by a campaign.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, OrderId, PersonId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    pub added_by: PersonId,
    pub added_at: DateTimeUtc,
    /// Time of the notices to the people concerned.
    pub told_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
