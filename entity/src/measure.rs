//! A line of a campaign's 整改台账: what a unit has to do by when, and whether it was verified (销号).

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, MeasureId, PersonId, UnitId};
use crate::kinds::MeasureStatus;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measure")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasureId,
    /// The campaign that it belongs to.
    pub campaign_id: CampaignId,
    /// 1 and up within its campaign.
    pub seq: i32,
    /// The words of the person who wrote it.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// The first instant that is too late.
    pub due_at: DateTimeUtc,
    /// The present state.
    pub status: MeasureStatus,
    /// The unit's report.
    #[sea_orm(column_type = "Text", nullable)]
    pub done_text: Option<String>,
    /// Photos of the unit's report, a JSON list.
    pub done_photo_ids: Json,
    /// Documents of the unit's report, a JSON list.
    pub done_file_ids: Json,
    /// The person who reported.
    pub done_by: Option<PersonId>,
    /// When it was done. `None` while it is open.
    pub done_at: Option<DateTimeUtc>,
    /// The remark of the person who verified.
    #[sea_orm(column_type = "Text", nullable)]
    pub verify_note: Option<String>,
    /// The person who verified it.
    pub verified_by: Option<PersonId>,
    /// When it was verified. `None` until then.
    pub verified_at: Option<DateTimeUtc>,
    /// How often it did not pass.
    pub returns: i32,
    /// The person who created it.
    pub created_by: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the reminder before the due time was sent.
    pub reminded_at: Option<DateTimeUtc>,
    /// When the notice after the due time was sent.
    pub overdue_told_at: Option<DateTimeUtc>,
    /// Counts changes; a guarded update names the version that it was based on.
    pub version: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
