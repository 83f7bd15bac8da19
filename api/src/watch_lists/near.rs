//! Which orders lie at a watched place.

use std::collections::HashMap;

use entity::ids::{OrderId, WatchEntryId, WatchListId};
use places::datum::Wgs84;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Result;
use crate::watch_lists::rules::NEAR_M;
use crate::watch_lists::store;

/// More than `NEAR_M` in degrees of latitude, and of longitude up to 60° north.
const BOX_DEGREES: f64 = 0.001;

/// A watched place within 50 m of an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WatchedPlace {
    pub list: WatchListId,
    /// The list's title.
    pub title: String,
    pub entry: WatchEntryId,
    pub subject: String,
    /// Why it is watched; for units and staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Metres.
    pub distance_m: i64,
}

/// Finds the watched places near each of these orders, in two queries.
pub async fn watched(
    connection: &impl ConnectionTrait,
    orders: &[(OrderId, Wgs84)],
) -> Result<HashMap<OrderId, Vec<WatchedPlace>>> {
    let mut found: HashMap<OrderId, Vec<WatchedPlace>> = HashMap::new();
    let Some(bounds) = bounds(orders) else {
        return Ok(found);
    };
    let entries = store::within(connection, bounds).await?;
    if entries.is_empty() {
        return Ok(found);
    }
    let lists = entries.iter().map(|entry| entry.list_id).collect();
    let titles: HashMap<_, _> = store::titles(connection, lists).await?.into_iter().collect();
    for (order, point) in orders {
        for entry in &entries {
            let Some((longitude, latitude)) = entry.longitude.zip(entry.latitude) else {
                continue;
            };
            let distance = point.distance_m(Wgs84 { longitude, latitude });
            if distance <= NEAR_M {
                found.entry(*order).or_default().push(WatchedPlace {
                    list: entry.list_id,
                    title: titles.get(&entry.list_id).cloned().unwrap_or_default(),
                    entry: entry.id,
                    subject: entry.subject.clone(),
                    reason: Some(entry.reason.clone()),
                    #[expect(clippy::cast_possible_truncation, reason = "at most 50")]
                    distance_m: distance.round() as i64,
                });
            }
        }
    }
    Ok(found)
}

/// The box around all points with a margin: west, south, east, north.
fn bounds(orders: &[(OrderId, Wgs84)]) -> Option<[f64; 4]> {
    let (_, first) = orders.first()?;
    let start = [first.longitude, first.latitude, first.longitude, first.latitude];
    let [west, south, east, north] = orders
        .iter()
        .fold(start, |[west, south, east, north], (_, point)| {
            [
                west.min(point.longitude),
                south.min(point.latitude),
                east.max(point.longitude),
                north.max(point.latitude),
            ]
        });
    Some([
        west - BOX_DEGREES,
        south - BOX_DEGREES,
        east + BOX_DEGREES,
        north + BOX_DEGREES,
    ])
}
