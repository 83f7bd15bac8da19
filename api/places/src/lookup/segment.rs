//! Pure: distance from a point to a border.

use geo::Coord;

use crate::datum::Wgs84;

/// A segment of an area's border.
pub(super) struct Segment {
    pub(super) area: usize,
    pub(super) start: Coord<f64>,
    pub(super) end: Coord<f64>,
}

impl Segment {
    /// Returns the squared distance in m², on a plane through the point: exact to a millimetre at the distances used.
    /// Returns `None` beyond `reach`.
    pub(super) fn square_within(&self, point: Wgs84, metres: Coord<f64>, reach: f64) -> Option<f64> {
        let at = |c: Coord<f64>| Coord {
            x: (c.x - point.longitude) * metres.x,
            y: (c.y - point.latitude) * metres.y,
        };
        let (a, b) = (at(self.start), at(self.end));
        // Most segments of the cells are entirely to one side.
        let is_beside = a.x.min(b.x) > reach || a.x.max(b.x) < -reach;
        if is_beside || a.y.min(b.y) > reach || a.y.max(b.y) < -reach {
            return None;
        }
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 {
            (-(a.x * dx + a.y * dy) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (x, y) = (a.x + t * dx, a.y + t * dy);
        let square = x * x + y * y;
        (square <= reach * reach).then_some(square)
    }
}
