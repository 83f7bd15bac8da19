//! A version of the areas' outlines. Orders keep the set that they were judged by.

use sea_orm::entity::prelude::*;

use crate::ids::BoundarySetId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "boundary_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BoundarySetId,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    pub as_of: Option<Date>,
    pub sha256: String,
    pub active: bool,
    pub loaded_at: DateTimeUtc,
    pub activated_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
