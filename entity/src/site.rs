//! 扫码点位: a printed code at a place.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, SiteId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    /// The stable code that other rows and files refer to.
    pub code: String,
    /// The name as people read it.
    pub name: String,
    /// The kind of the row.
    pub kind: String,
    /// WGS-84 degrees.
    pub longitude: f64,
    /// WGS-84 degrees.
    pub latitude: f64,
    /// Code of the county-level area.
    pub area_code: Option<String>,
    /// Code of the township, if the place is in one that is known.
    pub township_code: Option<String>,
    /// Code of the category. `None` if it is unknown.
    pub category_code: Option<String>,
    /// The unit that it concerns.
    pub unit_id: Option<UnitId>,
    /// The place, in words.
    pub address: Option<String>,
    /// Whether it is in force.
    pub active: bool,
    /// The person who created it.
    pub created_by: Option<PersonId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
