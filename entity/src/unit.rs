//! 承办单位: a department, county government or sub-district office that can be assigned an order.

use sea_orm::entity::prelude::*;

use crate::ids::UnitId;
use crate::kinds::UnitLevel;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitId,
    /// Stable code of the city pack, e.g. `D01`.
    pub code: String,
    pub name: String,
    /// The everyday name, e.g. the short form on a door plate.
    pub alias: Option<String>,
    pub level: UnitLevel,
    /// County-level code. `None` for a city bureau.
    pub area_code: Option<String>,
    pub township_code: Option<String>,
    pub parent_id: Option<UnitId>,
    /// Public switchboard number; never a person's.
    pub phone: Option<String>,
    pub active: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
