//! One division in one boundary set. Geometry is GeoJSON in WGS-84; none where only the name is known.

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
    /// Functional zone the place is managed by.
    pub zone: Option<String>,
    pub geometry: Option<Json>,
    /// Order of the source file.
    pub position: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
