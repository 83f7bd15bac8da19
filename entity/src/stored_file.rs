//! A document that somebody uploaded: PDF, DOCX, XLSX, image. Stored as it came, served as an attachment only.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, FileId, OrderId, PersonId, UnitId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stored_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    pub owner_id: PersonId,
    pub name: String,
    pub media_type: String,
    pub byte_size: i64,
    pub sha256: String,
    pub object_key: String,
    /// Its campaign or order; none of both until it is attached.
    pub campaign_id: Option<CampaignId>,
    pub order_id: Option<OrderId>,
    /// A unit outside the committee that may read it.
    pub unit_id: Option<UnitId>,
    /// Set by the clean-up before it deletes the object.
    pub removing_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
