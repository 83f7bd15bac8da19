//! A division in a boundary set. The geometry is GeoJSON in WGS-84, `None` if only the name is known.

use sea_orm::entity::prelude::*;

use crate::ids::BoundarySetId;
use crate::kinds::AreaLevel;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub boundary_set_id: BoundarySetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub name: String,
    pub level: AreaLevel,
    pub parent_code: Option<String>,
    /// The functional zone that manages the place.
    pub zone: Option<String>,
    pub geometry: Option<Json>,
    /// Position in the source file.
    pub position: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
