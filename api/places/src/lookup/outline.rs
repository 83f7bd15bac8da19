//! Borders for drawing.

use geo::Coord;

use super::AreaIndex;

impl AreaIndex {
    /// Iterates over the segments of an area's border; segments of one ring are consecutive.
    pub fn border<'a>(&'a self, code: &str) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + 'a {
        let area = self.divisions.iter().position(|division| division.code == code);
        let pieces = self.grid.segments.iter();
        pieces
            .filter(move |segment| Some(segment.area) == area)
            .map(|segment| (segment.start, segment.end))
    }
}
