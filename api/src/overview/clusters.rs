//! Pure: open orders of a county on its map, gathered into few marks.

use std::collections::BTreeMap;

use entity::kinds::Light;
use serde::Serialize;
use utoipa::ToSchema;

use super::lights::Lights;

/// Cells of the grid across the longer side.
const CELLS: f64 = 11.0;
/// No cell is smaller, in degrees: orders this near to each other are one mark.
const MIN_CELL: f64 = 0.004;

/// An open order with a point, in WGS-84 degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenPoint {
    pub number: String,
    pub longitude: f64,
    pub latitude: f64,
    pub light: Light,
    pub township: Option<String>,
}

/// Open orders that lie near to each other.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Cluster {
    /// Mean of the points, WGS-84.
    pub longitude: f64,
    pub latitude: f64,
    pub orders: i64,
    pub lights: Lights,
    /// West, south, east, north: `GET /orders?within=` lists them.
    pub within: [f64; 4],
    /// Set if it is one order.
    pub number: Option<String>,
}

/// Gathers points by the cells of a grid over all of them.
#[must_use]
pub fn clusters(points: &[OpenPoint]) -> Vec<Cluster> {
    let bounds = points
        .iter()
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], widened);
    let [west, south, east, north] = bounds;
    let cell = ((east - west).max(north - south) / CELLS).max(MIN_CELL);
    let mut cells: BTreeMap<(i64, i64), Vec<&OpenPoint>> = BTreeMap::new();
    for point in points {
        let key = (
            nth(point.longitude - west, cell),
            nth(point.latitude - south, cell),
        );
        cells.entry(key).or_default().push(point);
    }
    cells.into_values().map(|points| cluster(&points)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a dozen cells")]
fn nth(distance: f64, cell: f64) -> i64 {
    (distance / cell).floor() as i64
}

fn widened([west, south, east, north]: [f64; 4], point: &OpenPoint) -> [f64; 4] {
    [
        west.min(point.longitude),
        south.min(point.latitude),
        east.max(point.longitude),
        north.max(point.latitude),
    ]
}

fn cluster(points: &[&OpenPoint]) -> Cluster {
    let mut lights = Lights::default();
    let (mut longitude, mut latitude, mut count) = (0.0, 0.0, 0.0);
    for point in points {
        lights.add(point.light, 1);
        longitude += point.longitude;
        latitude += point.latitude;
        count += 1.0;
    }
    let bounds = points
        .iter()
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |bounds, point| {
            widened(bounds, point)
        });
    Cluster {
        longitude: longitude / f64::max(count, 1.0),
        latitude: latitude / f64::max(count, 1.0),
        orders: lights.total(),
        lights,
        within: bounds,
        number: match points {
            [only] => Some(only.number.clone()),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(number: &str, longitude: f64, latitude: f64, light: Light) -> OpenPoint {
        OpenPoint {
            number: number.to_owned(),
            longitude,
            latitude,
            light,
            township: None,
        }
    }

    #[test]
    fn near_orders_are_one_mark_and_none_is_lost() {
        let points = [
            point("A", 112.400, 34.600, Light::Green),
            point("B", 112.401, 34.601, Light::Red),
            point("C", 112.500, 34.700, Light::Yellow),
        ];
        let marks = clusters(&points);
        assert_eq!(marks.len(), 2, "{marks:?}");
        let near = marks.iter().find(|mark| mark.orders == 2).unwrap();
        assert_eq!(
            (near.lights.green, near.lights.red, near.number.clone()),
            (1, 1, None)
        );
        assert_eq!(near.within, [112.400, 34.600, 112.401, 34.601]);
        let far = marks.iter().find(|mark| mark.orders == 1).unwrap();
        assert_eq!(far.number.as_deref(), Some("C"));
        assert_eq!(marks.iter().map(|mark| mark.orders).sum::<i64>(), 3);
        assert!(clusters(&[]).is_empty());
    }
}
