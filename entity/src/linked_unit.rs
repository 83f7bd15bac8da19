//! A unit whose orders are handed over to the city's platform, with the platform's code of it.

use sea_orm::entity::prelude::*;

use crate::ids::UnitId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "linked_unit")]
pub struct Model {
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: UnitId,
    /// The unit's code on the platform.
    pub platform_code: String,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
