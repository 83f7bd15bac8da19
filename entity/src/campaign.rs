//! 专项监督: orders of one kind and area under one supervision.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId};
use crate::kinds::{CampaignStage, CampaignStatus};

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
    pub stage: CampaignStage,
    /// The city's campaign whose county task this is.
    pub parent_id: Option<CampaignId>,
    /// By when a county task is to be reported on.
    pub due_at: Option<DateTimeUtc>,
    /// Why it was closed over open items.
    #[sea_orm(column_type = "Text", nullable)]
    pub open_reason: Option<String>,
    /// 回头看, once it was done: see `supervision::campaigns::look_back`.
    pub look_back: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
