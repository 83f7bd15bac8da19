//! A document that somebody uploaded: PDF, DOCX, XLSX, image. Stored as it came, served as an attachment only.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, FileId, OrderId, PersonId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stored_file")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FileId,
    /// The person who uploaded it.
    pub owner_id: PersonId,
    /// The name as people read it.
    pub name: String,
    /// The MIME type.
    pub media_type: String,
    /// Size in bytes.
    pub byte_size: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Object key of the content.
    pub object_key: String,
    /// Its campaign or order; none of both until it is attached.
    pub campaign_id: Option<CampaignId>,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// A unit outside the committee that may read it.
    pub unit_id: Option<UnitId>,
    /// Set by the clean-up before it deletes the object.
    pub removing_at: Option<DateTimeUtc>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
