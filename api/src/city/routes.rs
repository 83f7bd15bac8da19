//! `GET /units`: who can be charged with an order.

use actix_web::{get, web};
use entity::ids::UnitId;
use entity::kinds::UnitLevel;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::city::units::Unit;
use crate::error::{Error, ErrorKind, Result};
use crate::http::problem::Problem;

const MAX_LIMIT: usize = 1_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnitsQuery {
    /// Part of a name or of what people call it, or a code.
    #[param(required = false)]
    pub q: Option<String>,
    /// County-level code or name: units of that county only.
    #[param(required = false)]
    pub area: Option<String>,
    /// The maximum number of results, 1 to 1000, default 100.
    #[param(minimum = 1, maximum = 1000, required = false)]
    pub limit: Option<usize>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShownUnit {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub alias: Option<String>,
    pub level: UnitLevel,
    /// County-level code; none for the city's own.
    pub area: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShownUnits {
    pub items: Vec<ShownUnit>,
}

/// Units by part of their name.
#[utoipa::path(
    tag = "places",
    params(UnitsQuery),
    responses(
        (status = 200, body = ShownUnits),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/units")]
pub async fn units(
    app: web::Data<App>,
    _caller: Caller,
    wanted: web::Query<UnitsQuery>,
) -> Result<web::Json<ShownUnits>> {
    let UnitsQuery { q, area, limit } = wanted.into_inner();
    let limit = limit.unwrap_or(100);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let detail = format!("limit 应在 1 到 {MAX_LIMIT} 之间。");
        return Err(Error::refused(ErrorKind::Malformed, "bad_limit", detail));
    }
    let city = app.state::<CityHandle>().load();
    let county = match area.as_deref() {
        Some(text) => Some(city.county(text).ok_or_else(Error::not_found)?.code.as_str()),
        None => None,
    };
    let found = city.units.search(q.as_deref().unwrap_or_default(), county);
    Ok(web::Json(ShownUnits {
        items: found.take(limit).map(shown).collect(),
    }))
}

fn shown(unit: &Unit) -> ShownUnit {
    let Unit {
        id,
        code,
        name,
        alias,
        level,
        county,
        township: _,
        parent: _,
    } = unit.clone();
    ShownUnit {
        id,
        code,
        name,
        alias,
        level,
        area: county,
    }
}
