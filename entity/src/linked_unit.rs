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
    /// When the platform's newest event about the unit's orders arrived. `None` before the first.
    pub last_event_at: Option<DateTimeUtc>,
    /// When a delivery of one of the unit's orders last failed. `None` if none has.
    pub last_failure_at: Option<DateTimeUtc>,
    /// Why it failed: the HTTP status, or the reason without one.
    pub last_failure: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
