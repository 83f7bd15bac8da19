//! 专项监督: orders of one kind and area under one supervision.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, PersonId};
use crate::kinds::{CampaignStage, CampaignStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignId,
    /// The title as people read it.
    pub title: String,
    /// The kind of the row.
    pub kind: Option<String>,
    /// Code of the county-level area.
    pub area_code: Option<String>,
    /// The goal, in words.
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    /// The present state.
    pub status: CampaignStatus,
    /// The committee that follows it.
    pub committee: Option<String>,
    /// The findings, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub findings: Option<String>,
    /// The task, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub measures: Option<String>,
    /// The result, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// The subjects that stay under watch, a JSON list.
    pub watch_list: Json,
    /// The person who opened it.
    pub opened_by: PersonId,
    /// When it was opened.
    pub opened_at: DateTimeUtc,
    /// The person who closed it.
    pub closed_by: Option<PersonId>,
    /// When it was closed. `None` while it is open.
    pub closed_at: Option<DateTimeUtc>,
    /// Counts changes; a guarded update names the version that it was based on.
    pub version: i32,
    /// The present stage.
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

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
