//! A resident's upload, and the site and device that may use it.

use sea_orm::entity::prelude::*;

use crate::ids::{PhotoId, SiteId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_upload")]
pub struct Model {
    /// The photo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    /// The site that it belongs to.
    pub site_id: SiteId,
    /// Keyed hash of the device, or of the network address if WeChat does not identify the device.
    pub device_hash: String,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
