//! One row per kind of city data; replicas reload when the number changes.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "city_generation")]
pub struct Model {
    /// The kind of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// Grows by one with every change.
    pub generation: i64,
    /// When it was last changed.
    pub changed_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
