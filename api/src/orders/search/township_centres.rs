//! Where the townships are, judged by the places of their recent orders: no open borders of townships exist.

use chrono::{DateTime, TimeDelta, Utc};
use entity::order;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
};

use crate::error::Result;

const RECENT: TimeDelta = TimeDelta::days(60);
/// A city has many times the orders of a county.
const RECENT_IN_CITY: TimeDelta = TimeDelta::days(14);

/// Mean place of a township's orders, WGS-84.
#[derive(Clone, Debug, PartialEq)]
pub struct TownshipCentre {
    pub code: String,
    pub longitude: f64,
    pub latitude: f64,
}

/// The townships of a county, or of the city, that have recent orders with a point.
pub async fn of_area(
    db: &impl ConnectionTrait,
    area: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<TownshipCentre>> {
    use order::Column as C;
    let recent = if area.is_some() { RECENT } else { RECENT_IN_CITY };
    let mean = |column: C| Expr::col((order::Entity, column)).avg();
    let rows: Vec<(Option<String>, Option<f64>, Option<f64>)> = order::Entity::find()
        .select_only()
        .column(C::TownshipCode)
        .column_as(mean(C::Longitude), "mean_longitude")
        .column_as(mean(C::Latitude), "mean_latitude")
        .apply_if(area, |query, area| query.filter(C::AreaCode.eq(area)))
        .filter(C::CreatedAt.gt(now - recent))
        .filter(C::TownshipCode.is_not_null())
        .filter(C::Longitude.is_not_null())
        .group_by(C::TownshipCode)
        .into_tuple()
        .all(db)
        .await?;
    let centre = |(code, longitude, latitude): (Option<String>, Option<f64>, Option<f64>)| {
        Some(TownshipCentre {
            code: code?,
            longitude: longitude?,
            latitude: latitude?,
        })
    };
    Ok(rows.into_iter().filter_map(centre).collect())
}
