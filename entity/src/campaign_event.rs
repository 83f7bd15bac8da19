//! An entry of a campaign's diary: who moved it on, when, and why. Appended, never edited.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignEventId, CampaignId, PersonId};
use crate::kinds::{CampaignAction, CampaignStage};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignEventId,
    /// The campaign that it belongs to.
    pub campaign_id: CampaignId,
    /// The step of the campaign.
    pub action: CampaignAction,
    /// The stage after the event.
    pub stage: CampaignStage,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Its subject: the number of an opinion, of a measure, of an order.
    pub reference: Option<String>,
    /// None for the system.
    pub person_id: Option<PersonId>,
    /// When it happened.
    pub at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
