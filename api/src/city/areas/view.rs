//! Areas and places as a reader of the API gets them.

use entity::ids::BoundarySetId;
use entity::kinds::{AreaLevel, PlaceRelation};
use serde::Serialize;

/// A division in the tree of the city.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Area {
    pub code: String,
    pub name: String,
    pub level: AreaLevel,
    /// Code of the division above; none for the city.
    pub parent: Option<String>,
    /// Functional zone it is managed by.
    pub zone: Option<String>,
}

/// The divisions as they are now, the city first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Areas {
    pub boundary_set: BoundarySetId,
    pub items: Vec<Area>,
}

/// One step from the city down to the area.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Step {
    pub code: String,
    pub name: String,
    pub level: AreaLevel,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LocatedArea {
    pub code: String,
    pub name: String,
    pub level: AreaLevel,
    /// From the city down to this area.
    pub path: Vec<Step>,
}

/// A neighbour within reach of the fix.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Neighbour {
    pub code: String,
    pub name: String,
    pub distance_m: f64,
}

/// The location of a point.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Located {
    /// None outside of the city.
    pub area: Option<LocatedArea>,
    /// Functional zone, where the words of the address tell it.
    pub zone: Option<String>,
    pub relation: PlaceRelation,
    /// To the nearest border, when that is near.
    pub border_distance_m: Option<f64>,
    /// Neighbours, the nearest first, when the point is near a border.
    pub candidates: Vec<Neighbour>,
    /// The version of the boundaries that this was judged by.
    pub boundary_set: BoundarySetId,
}
