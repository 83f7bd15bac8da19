//! Pure: the stored kinds of places in the terms of the crate `places`, which knows no tables, and back.

use entity::kinds::{AreaLevel, Datum, PlaceRelation};
use places::boundaries::BoundaryLevel;
use places::datum::{self, Wgs84};
use places::lookup::PointRelation;

/// Converts a coordinate of any datum.
#[must_use]
pub fn wgs84(longitude: f64, latitude: f64, datum: Datum) -> Wgs84 {
    let datum = match datum {
        Datum::Wgs84 => datum::Datum::Wgs84,
        Datum::Gcj02 => datum::Datum::Gcj02,
        Datum::Bd09 => datum::Datum::Bd09,
    };
    Wgs84::from_given(longitude, latitude, datum)
}

/// The level that an outline is stored under.
#[must_use]
pub fn area_level(level: BoundaryLevel) -> AreaLevel {
    match level {
        BoundaryLevel::City => AreaLevel::City,
        BoundaryLevel::County => AreaLevel::County,
        BoundaryLevel::Township => AreaLevel::Township,
    }
}

/// The relation that is stored and shown for a point that was looked up.
#[must_use]
pub fn place_relation(relation: PointRelation) -> PlaceRelation {
    match relation {
        PointRelation::Inside => PlaceRelation::Inside,
        PointRelation::NearBorder => PlaceRelation::NearBorder,
        PointRelation::Nearest => PlaceRelation::Nearest,
        PointRelation::Outside => PlaceRelation::Outside,
    }
}
