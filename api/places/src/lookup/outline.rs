//! Borders as they are drawn.

use geo::Coord;

use super::AreaIndex;

impl AreaIndex {
    /// The border of an area, piece by piece; pieces of one ring follow each other.
    pub fn border<'a>(&'a self, code: &str) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + 'a {
        let area = self.divisions.iter().position(|division| division.code == code);
        let pieces = self.grid.segments.iter();
        pieces
            .filter(move |segment| Some(segment.area) == area)
            .map(|segment| (segment.start, segment.end))
    }
}
