//! A resident's upload, and the site and device that may use it.

use sea_orm::entity::prelude::*;

use crate::ids::{PhotoId, SiteId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    pub site_id: SiteId,
    pub device_hash: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
