//! The county map of a boundary set: outlines simplified to screen resolution, as SVG paths, with positions of labels.
//! Counties too small for a label are drawn again, enlarged, in an empty corner.

use geo::{
    Area as _, BoundingRect as _, Centroid as _, Contains as _, Coord, InteriorPoint as _, LineString,
    MultiPolygon, Point, Polygon, Rect, Simplify as _,
};

use super::boundaries::Boundary;

/// Width of the drawing; all lengths are in its units.
pub(crate) const WIDTH: f64 = 1000.0;
pub(crate) const MARGIN: f64 = 12.0;
/// Detail smaller than this is dropped.
const DETAIL: f64 = 0.9;
/// Counties with less than this share of the median area are small.
const SMALL_SHARE: f64 = 0.25;
/// With fewer small counties than this there is no enlargement.
const SMALL_COUNT: usize = 2;
/// Widest and highest share of the drawing that the enlargement takes.
const INSET_SHARE: f64 = 0.40;

/// A map of counties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CountyMap {
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Counties to be drawn.
    pub counties: Vec<County>,
    /// A magnified part, if one is needed.
    pub inset: Option<Inset>,
}

/// A county as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct County {
    /// Code of the area.
    pub code: String,
    /// `d` of an SVG path.
    pub path: String,
    /// Position of the label. `None` if the enlargement shows it.
    pub label: Option<(f64, f64)>,
}

/// The enlargement, in the units of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Inset {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// The enlarged part: x, y, width, height.
    pub of: (f64, f64, f64, f64),
    /// Counties to be drawn.
    pub counties: Vec<County>,
}

/// Projects degrees to units of the drawing. North is up; a kilometre has the same length in both directions.
#[derive(Clone, Copy)]
pub(crate) struct Projection {
    west: f64,
    north: f64,
    east_scale: f64,
    north_scale: f64,
    x: f64,
    y: f64,
}

impl Projection {
    pub(crate) fn over(bounds: Rect<f64>, x: f64, y: f64, width: f64) -> Self {
        let shrink = bounds.center().y.to_radians().cos();
        let east_scale = width / bounds.width().max(f64::EPSILON);
        Self {
            west: bounds.min().x,
            north: bounds.max().y,
            east_scale,
            north_scale: east_scale / shrink,
            x,
            y,
        }
    }

    fn of(self, at: Coord<f64>) -> Coord<f64> {
        Coord {
            x: self.x + (at.x - self.west) * self.east_scale,
            y: self.y + (self.north - at.y) * self.north_scale,
        }
    }

    pub(crate) fn height_of(self, bounds: Rect<f64>) -> f64 {
        bounds.height() * self.north_scale
    }
}

impl CountyMap {
    /// Draws checked shapes.
    #[must_use]
    pub fn draw(shapes: &[Boundary]) -> Self {
        let Some(bounds) = bounds(shapes.iter()) else {
            return Self::default();
        };
        let projection = Projection::over(bounds, MARGIN, MARGIN, WIDTH - 2.0 * MARGIN);
        let height = projection.height_of(bounds) + 2.0 * MARGIN;
        let drawn: Vec<_> = shapes
            .iter()
            .map(|shape| drawn(&shape.outline, projection))
            .collect();
        let small = small(&drawn);
        let inset = inset(shapes, &small, projection, &drawn, height);
        let counties = shapes.iter().zip(&drawn).zip(&small);
        let counties = counties.map(|((shape, outline), small)| County {
            code: shape.code.clone(),
            path: path(outline),
            label: (inset.is_none() || !small).then(|| label(outline)),
        });
        Self {
            width: WIDTH,
            height: height.round(),
            counties: counties.collect(),
            inset,
        }
    }
}

pub(crate) fn bounds<'a>(shapes: impl Iterator<Item = &'a Boundary>) -> Option<Rect<f64>> {
    shapes
        .filter_map(|shape| shape.outline.bounding_rect())
        .reduce(|a, b| {
            let (low, high) = (a.min(), a.max());
            Rect::new(
                (low.x.min(b.min().x), low.y.min(b.min().y)),
                (high.x.max(b.max().x), high.y.max(b.max().y)),
            )
        })
}

pub(crate) fn drawn(outline: &MultiPolygon<f64>, projection: Projection) -> MultiPolygon<f64> {
    let ring =
        |ring: &LineString<f64>| -> LineString<f64> { ring.coords().map(|at| projection.of(*at)).collect() };
    let polygon = |polygon: &Polygon<f64>| {
        Polygon::new(
            ring(polygon.exterior()),
            polygon.interiors().iter().map(ring).collect(),
        )
    };
    let drawn: MultiPolygon<f64> = outline.iter().map(polygon).collect();
    drawn.simplify(DETAIL)
}

fn small(drawn: &[MultiPolygon<f64>]) -> Vec<bool> {
    let areas: Vec<f64> = drawn.iter().map(geo::Area::unsigned_area).collect();
    let mut sorted = areas.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    areas.iter().map(|area| *area < median * SMALL_SHARE).collect()
}

fn inset(
    shapes: &[Boundary],
    small: &[bool],
    projection: Projection,
    drawn: &[MultiPolygon<f64>],
    height: f64,
) -> Option<Inset> {
    let chosen: Vec<&Boundary> = shapes
        .iter()
        .zip(small)
        .filter(|(_, small)| **small)
        .map(|(shape, _)| shape)
        .collect();
    if chosen.len() < SMALL_COUNT {
        return None;
    }
    let bounds = bounds(chosen.iter().copied())?;
    // The largest size that fits into a corner without covering a county.
    let sizes = (0..8).map(|step| WIDTH * (INSET_SHARE - 0.02 * f64::from(step)));
    let (x, y, width, inner) = sizes
        .filter_map(|width| {
            let inner = Projection::over(bounds, 0.0, 0.0, width - 2.0 * MARGIN);
            let tall = inner.height_of(bounds) + 2.0 * MARGIN;
            let corners = [
                (0.0, 0.0),
                (WIDTH - width, height - tall),
                (WIDTH - width, 0.0),
                (0.0, height - tall),
            ];
            let free = corners
                .into_iter()
                .find(|(x, y)| is_free(drawn, *x, *y, width, tall))?;
            Some((free.0, free.1, width, inner))
        })
        .next()?;
    let inner = Projection {
        x: x + MARGIN,
        y: y + MARGIN,
        ..inner
    };
    let counties = chosen.iter().map(|shape| {
        let outline = self::drawn(&shape.outline, inner);
        County {
            code: shape.code.clone(),
            path: path(&outline),
            label: Some(label(&outline)),
        }
    });
    let (low, high) = (
        projection.of(Coord {
            x: bounds.min().x,
            y: bounds.max().y,
        }),
        projection.of(Coord {
            x: bounds.max().x,
            y: bounds.min().y,
        }),
    );
    Some(Inset {
        x,
        y,
        width,
        height: (inner.height_of(bounds) + 2.0 * MARGIN).round(),
        of: (
            low.x.round(),
            low.y.round(),
            (high.x - low.x).round(),
            (high.y - low.y).round(),
        ),
        counties: counties.collect(),
    })
}

fn is_free(drawn: &[MultiPolygon<f64>], x: f64, y: f64, width: f64, height: f64) -> bool {
    let window = Rect::new((x, y), (x + width, y + height)).to_polygon();
    !drawn
        .iter()
        .any(|outline| geo::Intersects::intersects(outline, &window))
}

/// Returns the centre if it is inside, otherwise a point that is.
pub(crate) fn label(outline: &MultiPolygon<f64>) -> (f64, f64) {
    let largest = outline
        .iter()
        .max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let point: Option<Point<f64>> = largest.and_then(|polygon| {
        let centre = polygon.centroid().filter(|centre| polygon.contains(centre));
        centre.or_else(|| polygon.interior_point())
    });
    point.map_or((0.0, 0.0), |point| (point.x().round(), point.y().round()))
}

pub(crate) fn path(outline: &MultiPolygon<f64>) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let rings = outline
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    for ring in rings {
        for (index, at) in ring.coords().take(ring.0.len().saturating_sub(1)).enumerate() {
            let step = if index == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(text, "{step}{:.1} {:.1}", at.x, at.y);
        }
        text.push('z');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundaries::BoundaryLevel;

    fn square(code: &str, west: f64, south: f64, size: f64) -> Boundary {
        let ring = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)];
        let ring: LineString<f64> = ring.iter().map(|(x, y)| (west + x, south + y)).collect();
        Boundary {
            code: code.to_owned(),
            name: code.to_owned(),
            level: BoundaryLevel::County,
            parent: None,
            outline: MultiPolygon(vec![Polygon::new(ring, Vec::new())]),
        }
    }

    #[test]
    fn north_is_up_and_nothing_leaves_the_drawing() {
        let drawing = CountyMap::draw(&[
            square("south", 112.0, 34.0, 0.5),
            square("north", 112.0, 34.5, 0.5),
        ]);
        let label = |index: usize| drawing.counties[index].label.unwrap();
        assert!(label(1).1 < label(0).1);
        assert!(drawing.inset.is_none());
        // A degree of longitude is shorter than one of latitude.
        assert!(drawing.height > 2.0 * drawing.width, "{}", drawing.height);
    }

    #[test]
    fn small_counties_are_drawn_again_in_an_empty_corner() {
        let shapes = [
            square("large one", 111.0, 33.0, 1.0),
            square("large two", 112.0, 34.0, 1.0),
            square("large three", 111.0, 34.0, 0.95),
            square("small one", 112.0, 33.9, 0.1),
            square("small two", 112.1, 33.9, 0.1),
        ];
        let drawing = CountyMap::draw(&shapes);
        let inset = drawing.inset.unwrap();
        assert_eq!(inset.counties.len(), 2);
        // South-east is the empty corner.
        assert!(inset.x > 500.0 && inset.y > drawing.height / 2.0, "{inset:?}");
        assert!(drawing.counties[3].label.is_none() && drawing.counties[0].label.is_some());
        assert!(inset.counties.iter().all(|county| county.label.is_some()));
    }
}
