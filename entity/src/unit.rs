//! 承办单位: a department, county government or sub-district office that can be assigned an order.

use sea_orm::entity::prelude::*;

use crate::ids::UnitId;
use crate::kinds::UnitLevel;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitId,
    /// Stable code of the city pack, e.g. `D01`.
    pub code: String,
    /// The name as people read it.
    pub name: String,
    /// The everyday name, e.g. the short form on a door plate.
    pub alias: Option<String>,
    /// The administrative level of the unit.
    pub level: UnitLevel,
    /// County-level code. `None` for a city bureau.
    pub area_code: Option<String>,
    /// Code of the township, if the place is in one that is known.
    pub township_code: Option<String>,
    /// The parent. `None` at the top.
    pub parent_id: Option<UnitId>,
    /// Public switchboard number; never a person's.
    pub phone: Option<String>,
    /// Whether it is in force.
    pub active: bool,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
