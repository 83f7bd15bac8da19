//! The place of an order: the borders of its district and its neighbours, and the point, as a picture in the page.

use std::fmt::Write as _;

use geo::Coord;

use crate::city::snapshot::City;
use crate::console::labels::Markup;
use crate::orders::view::{AreaView, LocationView};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 260.0;
const MARGIN: f64 = 14.0;
/// Points nearer than this to the one drawn before are left out. Pixels.
const FINENESS: f64 = 1.1;

/// From degrees to pixels; a degree of longitude is shorter the further north.
struct Projection {
    west: f64,
    north: f64,
    across: f64,
    scale: f64,
    left: f64,
    top: f64,
}

impl Projection {
    /// Fits these points into the picture.
    fn around(points: impl Iterator<Item = Coord<f64>>) -> Option<Self> {
        let (mut west, mut east, mut south, mut north) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
        for point in points {
            (west, east) = (west.min(point.x), east.max(point.x));
            (south, north) = (south.min(point.y), north.max(point.y));
        }
        if west >= east || south >= north {
            return None;
        }
        let across = f64::midpoint(south, north).to_radians().cos();
        let (wide, high) = ((east - west) * across, north - south);
        let scale = ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHT - 2.0 * MARGIN) / high);
        Some(Self {
            west,
            north,
            across,
            scale,
            left: (WIDTH - wide * scale) / 2.0,
            top: (HEIGHT - high * scale) / 2.0,
        })
    }

    fn place(&self, point: Coord<f64>) -> (f64, f64) {
        (
            self.left + (point.x - self.west) * self.across * self.scale,
            self.top + (self.north - point.y) * self.scale,
        )
    }
}

/// Returns `None` for a place in words only, or outside of all districts.
#[must_use]
pub fn draw(city: &City, area: Option<&AreaView>, location: Option<&LocationView>) -> Option<Markup> {
    let (area, location) = (area?, location?);
    let point = Coord {
        x: location.longitude,
        y: location.latitude,
    };
    let own = city.counties.border(&area.code).map(|(start, _)| start);
    let projection = Projection::around(own.chain([point]))?;
    let (x, y) = projection.place(point);
    let mut svg = format!(
        r#"<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="地图：工单位置在{}的位置">"#,
        escaped(&area.name)
    );
    for division in city.counties.divisions() {
        let path = path(city.counties.border(&division.code), &projection);
        let class = if division.code == area.code {
            "own"
        } else {
            "other"
        };
        let _ = write!(svg, r#"<path class="{class}" d="{path}"/>"#);
    }
    let _ = write!(
        svg,
        r#"<circle class="halo" cx="{x:.1}" cy="{y:.1}" r="11"/><circle class="point" cx="{x:.1}" cy="{y:.1}" r="4.5"/></svg>"#
    );
    Some(Markup(svg))
}

/// The pieces of a border as one path, as fine as the picture shows; far outside of it nothing.
fn path(pieces: impl Iterator<Item = (Coord<f64>, Coord<f64>)>, projection: &Projection) -> String {
    let mut path = String::new();
    let mut last: Option<Coord<f64>> = None;
    let mut pen = (f64::MIN, f64::MIN);
    for (start, end) in pieces {
        if last != Some(start) {
            pen = projection.place(start);
            let _ = write!(path, "M{:.0} {:.0}", pen.0, pen.1);
        }
        last = Some(end);
        let next = projection.place(end);
        let seen = (-WIDTH..2.0 * WIDTH).contains(&next.0) && (-HEIGHT..2.0 * HEIGHT).contains(&next.1);
        let fine = if seen { FINENESS } else { WIDTH / 8.0 };
        if (next.0 - pen.0).hypot(next.1 - pen.1) >= fine {
            let _ = write!(path, "L{:.0} {:.0}", next.0, next.1);
            pen = next;
        }
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Vec<(Coord<f64>, Coord<f64>)> {
        let at = |x: f64, y: f64| Coord { x, y };
        let corners = [
            at(112.0, 34.0),
            at(112.2, 34.0),
            at(112.2, 34.2),
            at(112.0, 34.2),
            at(112.0, 34.0),
        ];
        corners.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    #[test]
    fn a_border_fills_the_picture_without_leaving_it() {
        let projection = Projection::around(square().into_iter().map(|(start, _)| start)).unwrap();
        for (corner, _) in square() {
            let (x, y) = projection.place(corner);
            assert!((MARGIN - 0.1..=WIDTH - MARGIN + 0.1).contains(&x), "{x}");
            assert!((MARGIN - 0.1..=HEIGHT - MARGIN + 0.1).contains(&y), "{y}");
        }
        let north = projection.place(Coord { x: 112.1, y: 34.2 }).1;
        let south = projection.place(Coord { x: 112.1, y: 34.0 }).1;
        assert!(north < south, "north is up");
    }

    #[test]
    fn one_ring_is_one_stroke() {
        let projection = Projection::around(square().into_iter().map(|(start, _)| start)).unwrap();
        let path = path(square().into_iter(), &projection);
        assert_eq!(
            (path.matches('M').count(), path.matches('L').count()),
            (1, 4),
            "{path}"
        );
        assert!(Projection::around([Coord { x: 1.0, y: 1.0 }].into_iter()).is_none());
    }
}
