//! Two sets of boundaries drawn over each other, for the eye to compare.

use geo::MultiPolygon;

use crate::outlines::{MARGIN, Projection, WIDTH, bounds, drawn, label, path};
use crate::shapes::Shape;

/// One area of either set, as an SVG path.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    pub code: String,
    pub name: String,
    pub path: String,
    /// Where its label stands.
    pub label: (f64, f64),
}

/// A drawing with both sets in the same place and scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    pub width: f64,
    pub height: f64,
    pub before: Vec<Drawn>,
    pub after: Vec<Drawn>,
}

impl Overlay {
    /// Draws checked shapes.
    #[must_use]
    pub fn draw(before: &[Shape], after: &[Shape]) -> Self {
        let Some(bounds) = bounds(before.iter().chain(after)) else {
            return Self::default();
        };
        let projection = Projection::over(bounds, MARGIN, MARGIN, WIDTH - 2.0 * MARGIN);
        let draw = |shape: &Shape| {
            let outline: MultiPolygon<f64> = drawn(&shape.outline, projection);
            Drawn {
                code: shape.code.clone(),
                name: shape.name.clone(),
                path: path(&outline),
                label: label(&outline),
            }
        };
        Self {
            width: WIDTH,
            height: (projection.height_of(bounds) + 2.0 * MARGIN).round(),
            before: before.iter().map(draw).collect(),
            after: after.iter().map(draw).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::kinds::AreaLevel;
    use geo::{LineString, Polygon};

    fn square(west: f64, size: f64) -> Shape {
        let ring = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)];
        let ring: LineString<f64> = ring.iter().map(|(x, y)| (west + x, 34.0 + y)).collect();
        Shape {
            code: "A".to_owned(),
            name: "A".to_owned(),
            level: AreaLevel::County,
            parent: None,
            outline: MultiPolygon(vec![Polygon::new(ring, Vec::new())]),
        }
    }

    #[test]
    fn both_sets_share_one_scale() {
        let overlay = Overlay::draw(&[square(112.0, 1.0)], &[square(112.0, 1.0), square(113.0, 1.0)]);
        assert_eq!(overlay.before[0].path, overlay.after[0].path);
        assert!(overlay.after[1].label.0 > overlay.after[0].label.0);
        assert!(overlay.after[1].label.0 < overlay.width);
        assert_eq!(Overlay::draw(&[], &[]), Overlay::default());
    }
}
