//! `GET /areas`, `GET /areas/locate`.

use actix_web::{get, web};
use entity::ids::BoundarySetId;
use entity::kinds::{AreaLevel, Datum, PlaceRelation};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::city::areas::service::{self, Asked};
use crate::error::Result;
use crate::http::problem::Problem;
use crate::people::caller::Caller;

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

/// What is known of a point.
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

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Point {
    #[param(minimum = -180, maximum = 180)]
    pub longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// What the numbers refer to; never assumed.
    pub datum: Datum,
    /// Radius of the fix in metres.
    #[param(minimum = 0, maximum = 100_000, required = false)]
    pub accuracy_m: Option<f64>,
    /// The place in words; finds the township and the functional zone.
    #[param(max_length = 200, required = false)]
    pub address: Option<String>,
}

/// The city's divisions.
#[utoipa::path(
    operation_id = "list_areas",
    tag = "places",
    responses(
        (status = 200, body = Areas),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/areas")]
pub async fn list(app: web::Data<App>, _caller: Caller) -> web::Json<Areas> {
    web::Json(service::tree(&app.city.load()))
}

/// Which division a point lies in.
#[utoipa::path(
    tag = "places",
    params(Point),
    responses(
        (status = 200, body = Located),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/areas/locate")]
pub async fn locate(
    app: web::Data<App>,
    _caller: Caller,
    point: web::Query<Point>,
) -> Result<web::Json<Located>> {
    let Point {
        longitude,
        latitude,
        datum,
        accuracy_m,
        address,
    } = point.into_inner();
    let asked = Asked {
        longitude,
        latitude,
        datum,
        accuracy_m,
        address,
    };
    Ok(web::Json(service::locate(&app.city.load(), asked)?))
}
