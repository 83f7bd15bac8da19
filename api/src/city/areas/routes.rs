//! `GET /areas`, `GET /areas/locate`.

use actix_web::{get, web};
use entity::kinds::Datum;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Caller;
use crate::city::areas::service::{self, Asked};
use crate::city::areas::view::{Areas, Located};
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::problem::Problem;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Point {
    #[param(minimum = -180, maximum = 180)]
    pub longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// The datum of the coordinate. Required: it is never assumed.
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
    web::Json(service::tree(&app.state::<CityHandle>().load()))
}

/// Returns the division of a point
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
    Ok(web::Json(service::locate(
        &app.state::<CityHandle>().load(),
        asked,
    )?))
}
