//! A division in a boundary set. The geometry is GeoJSON in WGS-84, `None` if only the name is known.

use sea_orm::entity::prelude::*;

use crate::ids::BoundarySetId;
use crate::kinds::AreaLevel;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// The boundary set that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub boundary_set_id: BoundarySetId,
    /// The stable code that other rows and files refer to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The official name.
    pub name: String,
    /// The administrative level.
    pub level: AreaLevel,
    /// Code of the parent. `None` at the top.
    pub parent_code: Option<String>,
    /// The functional zone that manages the place.
    pub zone: Option<String>,
    /// The outline as GeoJSON in WGS-84. `None` if only the name is known.
    pub geometry: Option<Json>,
    /// Position in the source file.
    pub position: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
