//! An activity of a campaign: a survey, an unannounced visit, a meeting, a talk, a phone call.

use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, CampaignId, PersonId};
use crate::kinds::ActivityKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_activity")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    /// The campaign that it belongs to.
    pub campaign_id: CampaignId,
    /// The kind of the row.
    pub kind: ActivityKind,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The place, in words.
    pub place: Option<String>,
    /// WGS-84 degrees.
    pub longitude: Option<f64>,
    /// WGS-84 degrees.
    pub latitude: Option<f64>,
    /// Names, as a JSON array of texts.
    pub participants: Json,
    /// 领导带队: the leader of the committee who was there.
    pub led_by: Option<String>,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// The result, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// The masked number of a phone call.
    pub phone_masked: Option<String>,
    /// Ids of its photos, a JSON list.
    pub photo_ids: Json,
    /// Ids of its documents, a JSON list.
    pub file_ids: Json,
    /// The person who added it.
    pub added_by: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
