//! Earlier orders at the place of an order. Of others' orders it shows number, category, status and date only.

use chrono::{DateTime, FixedOffset, TimeDelta};
use entity::kinds::Status;
use entity::order;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::time::local;
use crate::orders::rules::actor::Actor;
use crate::orders::view::read;
use places::datum::{METRES_PER_DEGREE, Wgs84};

const RADIUS_M: f64 = 50.0;
const YEARS: i64 = 3;
const MAX_SHOWN: usize = 10;
/// Rows of the square that are looked at; its corners lie beyond the radius.
const MAX_ROWS: u64 = 60;

/// An earlier order at the same place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarlierOrder {
    pub number: String,
    pub category: Option<String>,
    pub status: Status,
    /// Whole metres.
    pub distance_m: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: DateTime<FixedOffset>,
}

/// Lists earlier orders within 50 m of three years, the newest first, for those who may see this order.
pub async fn of(app: &App, actor: &Actor, number: &str) -> Result<Vec<EarlierOrder>> {
    let (order, _) = read::visible(app, actor, number).await?;
    let Some((longitude, latitude)) = order.longitude.zip(order.latitude) else {
        return Ok(Vec::new());
    };
    let place = Wgs84 { longitude, latitude };
    let city = app.state::<CityHandle>().load();
    let shown = |(metres, row): (f64, order::Model)| EarlierOrder {
        category: row
            .category_code
            .as_deref()
            .map(|code| city.categories.name_of(code).to_owned()),
        status: row.status,
        distance_m: metres.round() as i64,
        created_at: local(row.created_at, city.zone()),
        number: row.number,
    };
    let near = earlier(&app.db, &order, place).await?.into_iter();
    let near = near.filter_map(|row| Some((distance(place, &row)?, row)));
    let near = near.filter(|(metres, _)| *metres <= RADIUS_M);
    Ok(near.take(MAX_SHOWN).map(shown).collect())
}

/// On a plane, which is exact enough for a street.
fn distance(from: Wgs84, to: &order::Model) -> Option<f64> {
    let (longitude, latitude) = to.longitude.zip(to.latitude)?;
    let north = (latitude - from.latitude) * METRES_PER_DEGREE;
    let east = (longitude - from.longitude) * METRES_PER_DEGREE * from.latitude.to_radians().cos();
    Some(north.hypot(east))
}

async fn earlier(db: &impl ConnectionTrait, order: &order::Model, place: Wgs84) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let high = RADIUS_M / METRES_PER_DEGREE;
    let wide = high / place.latitude.to_radians().cos().abs().max(0.01);
    let query = order::Entity::find()
        .filter(C::Latitude.between(place.latitude - high, place.latitude + high))
        .filter(C::Longitude.between(place.longitude - wide, place.longitude + wide))
        .filter(C::CreatedAt.lt(order.created_at))
        .filter(C::CreatedAt.gte(order.created_at - TimeDelta::days(365 * YEARS)))
        .filter(C::Id.ne(order.id))
        .filter(C::Status.ne(Status::Cancelled))
        .order_by_desc(C::CreatedAt)
        .limit(MAX_ROWS);
    Ok(query.all(db).await?)
}
