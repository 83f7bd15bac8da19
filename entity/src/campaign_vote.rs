//! 满意度测评: the count of one vote.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, VoteId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_vote")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoteId,
    pub campaign_id: CampaignId,
    pub satisfied: i32,
    pub basically_satisfied: i32,
    pub dissatisfied: i32,
    pub present: i32,
    /// The policy's threshold at the time of the vote.
    pub threshold_percent: i32,
    pub passed: bool,
    pub recorded_by: PersonId,
    pub held_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
