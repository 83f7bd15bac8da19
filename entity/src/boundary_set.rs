//! A version of the areas' outlines. Orders keep the set that they were judged by.

use sea_orm::entity::prelude::*;

use crate::ids::BoundarySetId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "boundary_set")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BoundarySetId,
    /// The name as people read it.
    pub name: String,
    /// Where the data come from.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// The state of the boundaries that the file describes.
    pub as_of: Option<Date>,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Whether it is in force.
    pub active: bool,
    /// When it was loaded.
    pub loaded_at: DateTimeUtc,
    /// When it became the active set. `None` if it never was.
    pub activated_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
