//! The inside of a county on its screen: townships and marks on the map, read from the open orders, which are few.

use std::collections::BTreeMap;

use entity::kinds::{Light, Status};
use entity::order;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::clusters::{Cluster, OpenPoint, clusters};
use super::lights::Lights;
use crate::city::snapshot::City;
use crate::error::Result;

/// Open orders of a county that are put on its map; the nearest deadlines first.
const POINTS: u64 = 2_000;

/// A township of a county's screen.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TownshipLine {
    pub code: String,
    pub name: String,
    pub open: i64,
    pub lights: Lights,
    /// Mean of the open orders that have a point, WGS-84: longitude and latitude.
    pub centre: Option<[f64; 2]>,
}

/// The inside of a county.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// Those with open orders, the most first.
    pub townships: Vec<TownshipLine>,
    pub clusters: Vec<Cluster>,
}

pub async fn inside(db: &impl ConnectionTrait, city: &City, area: &str) -> Result<Inside> {
    let points = points(db, area).await?;
    let mut townships: Vec<TownshipLine> = counts(db, area)
        .await?
        .into_iter()
        .filter_map(|(code, lights)| {
            Some(TownshipLine {
                name: city.township(&code)?.name.clone(),
                open: lights.total(),
                lights,
                centre: centre(&points, &code),
                code,
            })
        })
        .collect();
    townships.sort_by(|a, b| b.open.cmp(&a.open).then_with(|| a.code.cmp(&b.code)));
    Ok(Inside {
        townships,
        clusters: clusters(&points),
    })
}

async fn points(db: &impl ConnectionTrait, area: &str) -> Result<Vec<OpenPoint>> {
    use order::Column as C;
    type Row = (String, Option<f64>, Option<f64>, Light, Option<String>);
    let rows: Vec<Row> = order::Entity::find()
        .select_only()
        .columns([C::Number, C::Longitude, C::Latitude, C::Light, C::TownshipCode])
        .filter(C::ClosedAt.is_null())
        .filter(C::AreaCode.eq(area))
        .filter(C::Status.is_in(Status::OPEN))
        .filter(C::Latitude.is_not_null())
        .order_by_asc(C::DueAt)
        .limit(POINTS)
        .into_tuple()
        .all(db)
        .await?;
    let point = |(number, longitude, latitude, light, township): Row| {
        Some(OpenPoint {
            number,
            longitude: longitude?,
            latitude: latitude?,
            light,
            township,
        })
    };
    Ok(rows.into_iter().filter_map(point).collect())
}

async fn counts(db: &impl ConnectionTrait, area: &str) -> Result<BTreeMap<String, Lights>> {
    use order::Column as C;
    let rows: Vec<(Option<String>, Light, i64)> = order::Entity::find()
        .select_only()
        .columns([C::TownshipCode, C::Light])
        .column_as(C::Id.count(), "orders")
        .filter(C::ClosedAt.is_null())
        .filter(C::AreaCode.eq(area))
        .filter(C::Status.is_in(Status::OPEN))
        .filter(C::TownshipCode.is_not_null())
        .group_by(C::TownshipCode)
        .group_by(C::Light)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: BTreeMap<String, Lights> = BTreeMap::new();
    for (code, light, orders) in rows {
        if let Some(code) = code {
            counts.entry(code).or_default().add(light, orders);
        }
    }
    Ok(counts)
}

fn centre(points: &[OpenPoint], township: &str) -> Option<[f64; 2]> {
    let (mut longitude, mut latitude, mut count) = (0.0, 0.0, 0.0);
    for point in points
        .iter()
        .filter(|point| point.township.as_deref() == Some(township))
    {
        longitude += point.longitude;
        latitude += point.latitude;
        count += 1.0;
    }
    (count > 0.0).then(|| [longitude / count, latitude / count])
}
