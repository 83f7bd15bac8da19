//! 专项监督: orders of one kind and area under one supervision.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId};
use crate::kinds::CampaignStatus;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignId,
    pub title: String,
    pub kind: Option<String>,
    pub area_code: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    pub status: CampaignStatus,
    pub committee: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub findings: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub measures: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    pub watch_list: Json,
    pub opened_by: PersonId,
    pub opened_at: DateTimeUtc,
    pub closed_by: Option<PersonId>,
    pub closed_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
