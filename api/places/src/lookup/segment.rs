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
    /// Metres from a point, on a plane through it: exact to a millimetre at the distances asked for.
    pub(super) fn distance_m(&self, point: Wgs84, metres: Coord<f64>) -> f64 {
        let at = |c: Coord<f64>| Coord {
            x: (c.x - point.longitude) * metres.x,
            y: (c.y - point.latitude) * metres.y,
        };
        let (a, b) = (at(self.start), at(self.end));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 {
            (-(a.x * dx + a.y * dy) / length).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (a.x + t * dx).hypot(a.y + t * dy)
    }
}
