use geo::polygon;

use super::*;
use crate::boundaries::BoundaryLevel;

const NEAR: BorderTolerance = BorderTolerance {
    border_m: 150.0,
    outside_m: 300.0,
};

/// Two adjacent squares of 0.1°; a notch in `B` belongs to no area.
fn index() -> AreaIndex {
    let shape = |code: &str, outline: geo::Polygon<f64>| Boundary {
        code: code.to_owned(),
        name: code.to_owned(),
        level: BoundaryLevel::County,
        parent: None,
        outline: outline.into(),
    };
    AreaIndex::new(vec![
        shape(
            "B",
            polygon![(x: 112.1, y: 34.0), (x: 112.2, y: 34.0), (x: 112.2, y: 34.1), (x: 112.1, y: 34.1), (x: 112.1, y: 34.0)],
        ),
        shape(
            "A",
            polygon![(x: 112.0, y: 34.0), (x: 112.1, y: 34.0), (x: 112.1, y: 34.1), (x: 112.0, y: 34.1), (x: 112.0, y: 34.0)],
        ),
    ])
}

/// Returns a point this many metres east of the shared border at 112.1.
fn beside(east_m: f64) -> Wgs84 {
    let metres = METRES_PER_DEGREE * 34.05_f64.to_radians().cos();
    Wgs84 {
        longitude: 112.1 + east_m / metres,
        latitude: 34.05,
    }
}

#[test]
fn thirty_metres_beyond_the_border_is_the_other_area() {
    let index = index();
    for (east_m, area, other) in [
        (-30.0, "A", "B"),
        (30.0, "B", "A"),
        (-0.5, "A", "B"),
        (0.5, "B", "A"),
    ] {
        let located = index.locate(beside(east_m), None, NEAR);
        assert_eq!(located.division.unwrap().code, area);
        assert_eq!(located.relation, PointRelation::NearBorder);
        assert_eq!(located.candidates[0].division.code, other);
        assert!(
            (located.candidates[0].distance_m - east_m.abs()).abs() < 0.01,
            "{:?}",
            located.candidates
        );
    }
}

#[test]
fn on_the_border_it_is_always_the_lower_code() {
    let located = index();
    let located = located.locate(beside(0.0), None, NEAR);
    assert_eq!(
        (located.division.unwrap().code.as_str(), located.relation),
        ("A", PointRelation::NearBorder)
    );
}

#[test]
fn a_poor_fix_names_neighbours_further_away() {
    let index = index();
    assert_eq!(
        index.locate(beside(400.0), Some(20.0), NEAR).relation,
        PointRelation::Inside
    );
    let located = index.locate(beside(400.0), Some(500.0), NEAR);
    assert_eq!(
        (located.relation, located.candidates.len()),
        (PointRelation::NearBorder, 1)
    );
}

#[test]
fn just_outside_is_the_nearest_and_far_outside_is_nobodys() {
    let index = index();
    let north = |m: f64| Wgs84 {
        longitude: 112.05,
        latitude: 34.1 + m / METRES_PER_DEGREE,
    };
    let near = index.locate(north(250.0), None, NEAR);
    assert_eq!(
        (near.relation, near.division.unwrap().code.as_str()),
        (PointRelation::Nearest, "A")
    );
    assert!((near.border_distance_m.unwrap() - 250.0).abs() < 0.1);
    for far in [
        north(310.0),
        Wgs84 {
            longitude: 0.0,
            latitude: 0.0,
        },
        Wgs84 {
            longitude: 179.0,
            latitude: -89.0,
        },
    ] {
        let located = index.locate(far, None, NEAR);
        assert_eq!(
            (located.relation, located.division),
            (PointRelation::Outside, None)
        );
    }
}

#[test]
fn the_grid_says_what_the_polygons_say() {
    let index = index();
    for step in 0..40_000_u32 {
        let (x, y) = (f64::from(step % 200), f64::from(step / 200));
        let point = Wgs84 {
            longitude: 111.99 + x * 0.0011,
            latitude: 33.99 + y * 0.0006,
        };
        assert_eq!(index.owner(point), index.test(point), "{point:?}");
    }
}
