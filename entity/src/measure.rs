//! A line of a campaign's 整改台账: what a unit has to do by when, and whether it was verified (销号).

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, MeasureId, PersonId, UnitId};
use crate::kinds::MeasureStatus;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasureId,
    pub campaign_id: CampaignId,
    /// 1 and up within its campaign.
    pub seq: i32,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub unit_id: UnitId,
    pub due_at: DateTimeUtc,
    pub status: MeasureStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub done_text: Option<String>,
    pub done_photo_ids: Json,
    pub done_file_ids: Json,
    pub done_by: Option<PersonId>,
    pub done_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub verify_note: Option<String>,
    pub verified_by: Option<PersonId>,
    pub verified_at: Option<DateTimeUtc>,
    /// How often it did not pass.
    pub returns: i32,
    pub created_by: PersonId,
    pub created_at: DateTimeUtc,
    pub reminded_at: Option<DateTimeUtc>,
    pub overdue_told_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
