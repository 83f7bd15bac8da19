//! Draws two sets of boundaries over each other for visual comparison.

use geo::{Area as _, Intersects as _, MultiPolygon, Rect};

use crate::boundaries::Boundary;
use crate::county_map::{MARGIN, Projection, WIDTH, bounds, drawn, label, path};

/// An area of either set, as an SVG path.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Code of the area.
    pub code: String,
    /// Name of the area.
    pub name: String,
    /// Its outline as an SVG path.
    pub path: String,
    /// Position of the label. `None` if a larger area's label is there.
    pub label: Option<(f64, f64)>,
}

/// Width and height of a letter in a label.
const LETTER: f64 = 24.0;

/// A drawing with both sets in the same place and scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Outlines of the first set.
    pub before: Vec<Drawn>,
    /// Outlines of the second set.
    pub after: Vec<Drawn>,
}

impl Overlay {
    /// Draws checked shapes.
    #[must_use]
    pub fn draw(before: &[Boundary], after: &[Boundary]) -> Self {
        let Some(bounds) = bounds(before.iter().chain(after)) else {
            return Self::default();
        };
        let projection = Projection::over(bounds, MARGIN, MARGIN, WIDTH - 2.0 * MARGIN);
        let outlines = |shapes: &[Boundary]| -> Vec<MultiPolygon<f64>> {
            let outline = |shape: &Boundary| drawn(&shape.outline, projection);
            shapes.iter().map(outline).collect()
        };
        let draw = |shapes: &[Boundary]| -> Vec<Drawn> {
            let outlines = outlines(shapes);
            let labels = labels(shapes, &outlines);
            let pairs = shapes.iter().zip(&outlines).zip(labels);
            pairs
                .map(|((shape, outline), label)| Drawn {
                    code: shape.code.clone(),
                    name: shape.name.clone(),
                    path: path(outline),
                    label,
                })
                .collect()
        };
        Self {
            width: WIDTH,
            height: (projection.height_of(bounds) + 2.0 * MARGIN).round(),
            before: draw(before),
            after: draw(after),
        }
    }
}

/// Places labels, largest areas first; an area without free space gets none.
fn labels(shapes: &[Boundary], outlines: &[MultiPolygon<f64>]) -> Vec<Option<(f64, f64)>> {
    let mut order: Vec<(usize, f64)> = outlines
        .iter()
        .map(MultiPolygon::unsigned_area)
        .enumerate()
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut labels = vec![None; shapes.len()];
    let mut taken: Vec<Rect<f64>> = Vec::new();
    for (index, _) in order {
        let (Some(shape), Some(outline)) = (shapes.get(index), outlines.get(index)) else {
            continue;
        };
        let (x, y) = label(outline);
        let half = LETTER * shape.name.chars().count() as f64 / 2.0;
        let room = Rect::new((x - half, y - LETTER), (x + half, y));
        if taken.iter().any(|held| held.intersects(&room)) {
            continue;
        }
        taken.push(room);
        if let Some(slot) = labels.get_mut(index) {
            *slot = Some((x, y));
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundaries::BoundaryLevel;
    use geo::{LineString, Polygon};

    fn square(west: f64, size: f64) -> Boundary {
        let ring = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)];
        let ring: LineString<f64> = ring.iter().map(|(x, y)| (west + x, 34.0 + y)).collect();
        Boundary {
            code: "A".to_owned(),
            name: "A".to_owned(),
            level: BoundaryLevel::County,
            parent: None,
            outline: MultiPolygon(vec![Polygon::new(ring, Vec::new())]),
        }
    }

    #[test]
    fn both_sets_share_one_scale() {
        let overlay = Overlay::draw(&[square(112.0, 1.0)], &[square(112.0, 1.0), square(113.0, 1.0)]);
        assert_eq!(overlay.before[0].path, overlay.after[0].path);
        let label = |index: usize| overlay.after[index].label.unwrap().0;
        assert!(label(1) > label(0) && label(1) < overlay.width);
        assert_eq!(Overlay::draw(&[], &[]), Overlay::default());
    }

    #[test]
    fn a_label_gives_way_to_that_of_a_larger_area() {
        let overlay = Overlay::draw(
            &[],
            &[square(112.0, 0.01), square(112.01, 0.5), square(111.0, 0.5)],
        );
        let labelled: Vec<bool> = overlay.after.iter().map(|area| area.label.is_some()).collect();
        assert_eq!(labelled, [true, true, true]);
        let crowded = Overlay::draw(
            &[],
            &[square(112.0, 0.01), square(112.01, 0.02), square(110.0, 2.0)],
        );
        let labelled: Vec<bool> = crowded.after.iter().map(|area| area.label.is_some()).collect();
        assert_eq!(labelled, [false, true, true]);
    }
}
