//! The distance from a point to a border. Pure.

use geo::Coord;

use crate::datum::Wgs84;

/// A piece of an area's border.
pub(super) struct Segment {
    pub(super) area: usize,
    pub(super) start: Coord<f64>,
    pub(super) end: Coord<f64>,
}

impl Segment {
    /// The square of the metres from a point, on a plane through it: exact to a millimetre at the distances asked
    /// for. None beyond `reach`.
    pub(super) fn square_within(&self, point: Wgs84, metres: Coord<f64>, reach: f64) -> Option<f64> {
        let at = |c: Coord<f64>| Coord {
            x: (c.x - point.longitude) * metres.x,
            y: (c.y - point.latitude) * metres.y,
        };
        let (a, b) = (at(self.start), at(self.end));
        // Most pieces of the cells around lie wholly to one side.
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
