//! An activity of a campaign: a survey, an unannounced visit, a meeting, a talk, a phone call.

use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, CampaignId, PersonId};
use crate::kinds::ActivityKind;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    pub campaign_id: CampaignId,
    pub kind: ActivityKind,
    pub at: DateTimeUtc,
    pub place: Option<String>,
    /// WGS-84 degrees.
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// Names, as a JSON array of texts.
    pub participants: Json,
    /// 领导带队: the leader of the committee who was there.
    pub led_by: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// The masked number of a phone call.
    pub phone_masked: Option<String>,
    pub photo_ids: Json,
    pub file_ids: Json,
    pub added_by: PersonId,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
