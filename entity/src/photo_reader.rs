//! A county that reads a photo of another county's order, because a report with it was sent there.

use sea_orm::entity::prelude::*;

use crate::ids::PhotoId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo_reader")]
pub struct Model {
    /// The photo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    /// County-level code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_code: String,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
