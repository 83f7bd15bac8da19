//! 满意度测评: the count of one vote.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId, VoteId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_vote")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VoteId,
    /// The campaign that it belongs to.
    pub campaign_id: CampaignId,
    /// Number of 满意.
    pub satisfied: i32,
    /// Number of 基本满意.
    pub basically_satisfied: i32,
    /// Number of 不满意.
    pub dissatisfied: i32,
    /// Number of voters present.
    pub present: i32,
    /// Names of voters present, as far as they were recorded: a list of texts.
    pub participants: Json,
    /// The policy's threshold at the time of the vote.
    pub threshold_percent: i32,
    /// Whether it passed.
    pub passed: bool,
    /// The person who recorded it.
    pub recorded_by: PersonId,
    /// When it was held.
    pub held_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
