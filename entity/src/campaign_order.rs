//! An order gathered by a campaign.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, OrderId, PersonId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_order")]
pub struct Model {
    /// The campaign that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// The person who added it.
    pub added_by: PersonId,
    /// When it was added.
    pub added_at: DateTimeUtc,
    /// Time of the notices to the people concerned.
    pub told_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
