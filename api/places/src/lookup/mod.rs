//! Pure: exact lookup of a point's area: a point strictly inside a polygon is never assigned to another.
//!
//! A grid answers directly where a whole cell is in one area; only cells that a border crosses are tested against
//! polygons. The grid also indexes the border's segments, so the distance to the border needs a few cells.

use geo::algorithm::indexed::IntervalTreeMultiPolygon;
use geo::{BoundingRect as _, Contains as _, Coord, LinesIter as _, Point, Rect};

use crate::boundaries::Boundary;
use crate::datum::{METRES_PER_DEGREE, Wgs84};

mod segment;

use segment::Segment;

/// Distances of the city's policy.
#[derive(Clone, Copy, Debug)]
pub struct BorderTolerance {
    /// Within this distance of a border the neighbours are candidates. Metres.
    pub border_m: f64,
    /// A point outside of all areas but within this distance of one belongs to it. Metres.
    pub outside_m: f64,
}

/// A division, without its outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Code of the area.
    pub code: String,
    /// Name of the area.
    pub name: String,
    /// Code of the parent area.
    pub parent: Option<String>,
}

/// A neighbour within reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate<'a> {
    /// The division.
    pub division: &'a Division,
    /// Distance of its border in metres.
    pub distance_m: f64,
}

/// How a point lies to its division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointRelation {
    /// In it, with no other within reach.
    Inside,
    /// In it or on its border, with others within reach.
    NearBorder,
    /// In none; this one is the nearest within reach.
    Nearest,
    /// In none, and none is within reach.
    Outside,
}

/// The location of a point.
#[derive(Clone, Debug)]
pub struct LocatedPoint<'a> {
    /// How the point lies to it.
    pub relation: PointRelation,
    /// The division.
    pub division: Option<&'a Division>,
    /// Distance to the nearest border in metres. `None` if it is out of reach.
    pub border_distance_m: Option<f64>,
    /// Other areas within reach, nearest first.
    pub candidates: Vec<Candidate<'a>>,
}

/// Cells along each axis. Between 256 and 1024 is fastest for a city's counties.
const GRID: usize = 512;
/// Limit of the accuracy in metres: a worse position fix says nothing about neighbours.
const MAX_ACCURACY_M: f64 = 2_000.0;
/// A point closer than this counts as on the border. Metres.
const ON_BORDER_M: f64 = 0.001;

/// The areas of one level, indexed.
pub struct AreaIndex {
    divisions: Vec<Division>,
    trees: Vec<IntervalTreeMultiPolygon<f64>>,
    bounds: Vec<Rect<f64>>,
    grid: Grid,
}

struct Grid {
    origin: Coord<f64>,
    /// Degrees per cell.
    step: Coord<f64>,
    /// The division of each cell: an index into `divisions`, `NO_AREA`, or `BORDER_CELL` if a border crosses the cell.
    owners: Vec<u16>,
    /// Start of each cell's segments in `members`, plus one entry for the end.
    starts: Vec<u32>,
    members: Vec<u32>,
    segments: Vec<Segment>,
}

const NO_AREA: u16 = u16::MAX;
const BORDER_CELL: u16 = u16::MAX - 1;

impl AreaIndex {
    /// Indexes checked shapes in the order of their codes, so that ties are always resolved the same way.
    #[must_use]
    pub fn new(mut shapes: Vec<Boundary>) -> Self {
        shapes.sort_by(|a, b| a.code.cmp(&b.code));
        let trees: Vec<_> = shapes
            .iter()
            .map(|s| IntervalTreeMultiPolygon::new(&s.outline))
            .collect();
        let empty = Rect::new((0.0, 0.0), (0.0, 0.0));
        let bounds: Vec<_> = shapes
            .iter()
            .map(|s| s.outline.bounding_rect().unwrap_or(empty))
            .collect();
        let mut index = Self {
            divisions: Vec::new(),
            trees,
            bounds,
            grid: Grid::over(&shapes),
        };
        index.divisions = shapes
            .into_iter()
            .map(
                |Boundary {
                     code,
                     name,
                     parent,
                     level: _,
                     outline: _,
                 }| Division { code, name, parent },
            )
            .collect();
        index.fill_owners();
        index
    }

    /// Returns all divisions, in the order of their indices.
    #[must_use]
    pub fn divisions(&self) -> &[Division] {
        &self.divisions
    }

    /// Returns the centre of each area's bounding box, longitude first, in the order of the divisions.
    pub fn middles(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.bounds.iter().map(|bounds| bounds.center().x_y())
    }

    /// Iterates over the segments of an area's border; segments of one ring are consecutive.
    pub fn border<'a>(&'a self, code: &str) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + 'a {
        let area = self.divisions.iter().position(|division| division.code == code);
        let pieces = self.grid.segments.iter();
        pieces
            .filter(move |segment| Some(segment.area) == area)
            .map(|segment| (segment.start, segment.end))
    }

    /// Returns the area that strictly contains the point.
    #[must_use]
    pub fn area_of(&self, point: Wgs84) -> Option<&Division> {
        self.divisions.get(self.owner(point)?)
    }

    fn owner(&self, point: Wgs84) -> Option<usize> {
        let cell = self.grid.cell_of(point)?;
        match self.grid.owners.get(cell).copied()? {
            NO_AREA => None,
            BORDER_CELL => self.test(point),
            area => Some(usize::from(area)),
        }
    }

    fn test(&self, point: Wgs84) -> Option<usize> {
        let p = Point::new(point.longitude, point.latitude);
        let mut areas = self.bounds.iter().zip(&self.trees);
        areas.position(|(bounds, tree)| rect_contains(bounds, p) && tree.contains(&p))
    }

    /// Locates a point; `accuracy_m` is the accuracy of the position fix in metres.
    #[must_use]
    pub fn locate(
        &self,
        point: Wgs84,
        accuracy_m: Option<f64>,
        nearness: BorderTolerance,
    ) -> LocatedPoint<'_> {
        let accuracy = accuracy_m.unwrap_or(0.0).clamp(0.0, MAX_ACCURACY_M);
        let reach = nearness.border_m.max(accuracy);
        let near = self.grid.borders_within(point, reach.max(nearness.outside_m));
        let owner = self.owner(point).or_else(|| on_border(&near));
        let distances = near.iter().map(|(_, distance)| *distance);
        let border_distance_m = distances.reduce(f64::min).filter(|d| *d <= reach);
        if let Some(owner) = owner {
            let candidates = self.candidates(&near, reach, Some(owner));
            let relation = if candidates.is_empty() {
                PointRelation::Inside
            } else {
                PointRelation::NearBorder
            };
            return LocatedPoint {
                relation,
                division: self.divisions.get(owner),
                border_distance_m,
                candidates,
            };
        }
        let mut candidates = self.candidates(&near, nearness.outside_m, None);
        if candidates.is_empty() {
            return LocatedPoint {
                relation: PointRelation::Outside,
                division: None,
                border_distance_m: None,
                candidates,
            };
        }
        let nearest = candidates.remove(0);
        LocatedPoint {
            relation: PointRelation::Nearest,
            division: Some(nearest.division),
            border_distance_m: Some(nearest.distance_m),
            candidates,
        }
    }

    fn candidates(&self, near: &[(usize, f64)], reach: f64, owner: Option<usize>) -> Vec<Candidate<'_>> {
        let within = near
            .iter()
            .filter(|(area, distance)| Some(*area) != owner && *distance <= reach);
        let mut candidates: Vec<_> = within
            .filter_map(|(area, distance)| {
                Some(Candidate {
                    division: self.divisions.get(*area)?,
                    distance_m: *distance,
                })
            })
            .collect();
        candidates.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        candidates
    }

    /// Assigns every cell without a border by its centre.
    fn fill_owners(&mut self) {
        for cell in 0..self.grid.owners.len() {
            let crossed = self.grid.members_of(cell..=cell).next().is_some();
            let owner = if crossed {
                BORDER_CELL
            } else {
                self.test(self.grid.middle(cell))
                    .and_then(|area| u16::try_from(area).ok())
                    .unwrap_or(NO_AREA)
            };
            if let Some(slot) = self.grid.owners.get_mut(cell) {
                *slot = owner;
            }
        }
    }
}

/// Returns the area with the lowest code if the point is on the border.
fn on_border(near: &[(usize, f64)]) -> Option<usize> {
    near.iter()
        .find(|(_, distance)| *distance < ON_BORDER_M)
        .map(|(area, _)| *area)
}

fn rect_contains(rect: &Rect<f64>, p: Point<f64>) -> bool {
    let (min, max) = (rect.min(), rect.max());
    p.x() >= min.x && p.x() <= max.x && p.y() >= min.y && p.y() <= max.y
}

impl Grid {
    fn over(shapes: &[Boundary]) -> Self {
        let segments: Vec<Segment> = shapes
            .iter()
            .enumerate()
            .flat_map(|(area, shape)| {
                shape.outline.lines_iter().map(move |line| Segment {
                    area,
                    start: line.start,
                    end: line.end,
                })
            })
            .collect();
        let mut min = Coord {
            x: f64::MAX,
            y: f64::MAX,
        };
        let mut max = Coord {
            x: f64::MIN,
            y: f64::MIN,
        };
        for c in segments.iter().map(|segment| segment.start) {
            min = Coord {
                x: min.x.min(c.x),
                y: min.y.min(c.y),
            };
            max = Coord {
                x: max.x.max(c.x),
                y: max.y.max(c.y),
            };
        }
        let count = f64::from(u32::try_from(GRID).unwrap_or(u32::MAX));
        let step = Coord {
            x: ((max.x - min.x) / count).max(1e-9),
            y: ((max.y - min.y) / count).max(1e-9),
        };
        let mut grid = Self {
            origin: min,
            step,
            owners: vec![NO_AREA; GRID * GRID],
            starts: Vec::new(),
            members: Vec::new(),
            segments,
        };
        grid.distribute();
        grid
    }

    /// Lists each segment in every cell that its bounding box touches: a superset of the crossed cells.
    fn distribute(&mut self) {
        let mut cells: Vec<Vec<u32>> = vec![Vec::new(); GRID * GRID];
        for (number, segment) in self.segments.iter().enumerate() {
            let (x1, x2) = (self.column(segment.start.x), self.column(segment.end.x));
            let (y1, y2) = (self.row(segment.start.y), self.row(segment.end.y));
            for row in y1.min(y2)..=y1.max(y2) {
                for column in x1.min(x2)..=x1.max(x2) {
                    if let (Some(cell), Ok(number)) =
                        (cells.get_mut(row * GRID + column), u32::try_from(number))
                    {
                        cell.push(number);
                    }
                }
            }
        }
        for cell in &cells {
            self.starts
                .push(u32::try_from(self.members.len()).unwrap_or(u32::MAX));
            self.members.extend_from_slice(cell);
        }
        self.starts
            .push(u32::try_from(self.members.len()).unwrap_or(u32::MAX));
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the grid before"
    )]
    fn clamp(position: f64) -> usize {
        (position.max(0.0) as usize).min(GRID - 1)
    }

    fn column(&self, longitude: f64) -> usize {
        Self::clamp((longitude - self.origin.x) / self.step.x)
    }

    fn row(&self, latitude: f64) -> usize {
        Self::clamp((latitude - self.origin.y) / self.step.y)
    }

    /// Returns `None` outside of the grid, where there is no area.
    fn cell_of(&self, point: Wgs84) -> Option<usize> {
        let size = f64::from(u32::try_from(GRID).unwrap_or(u32::MAX));
        let x = (point.longitude - self.origin.x) / self.step.x;
        let y = (point.latitude - self.origin.y) / self.step.y;
        let on_grid = (0.0..=size).contains(&x) && (0.0..=size).contains(&y);
        on_grid.then(|| Self::clamp(y) * GRID + Self::clamp(x))
    }

    fn middle(&self, cell: usize) -> Wgs84 {
        let at = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX)) + 0.5;
        Wgs84 {
            longitude: self.origin.x + at(cell % GRID) * self.step.x,
            latitude: self.origin.y + at(cell / GRID) * self.step.y,
        }
    }

    /// Returns the segments of a range of cells in one row.
    fn members_of(&self, cells: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = &Segment> {
        let start = self.starts.get(*cells.start()).copied().unwrap_or(0) as usize;
        let end = self.starts.get(*cells.end() + 1).copied().unwrap_or(0) as usize;
        let members = self.members.get(start..end).unwrap_or_default();
        members
            .iter()
            .filter_map(|number| self.segments.get(*number as usize))
    }

    /// Returns the distance to each area's border within `reach` metres, in the order of the areas.
    fn borders_within(&self, point: Wgs84, reach: f64) -> Vec<(usize, f64)> {
        let metres = Coord {
            x: METRES_PER_DEGREE * point.latitude.to_radians().cos(),
            y: METRES_PER_DEGREE,
        };
        let (dx, dy) = (reach / metres.x.max(1.0), reach / metres.y);
        // Squared distances until the nearest segment of each border is known; few areas meet at a point.
        let mut near: Vec<(usize, f64)> = Vec::new();
        let off_grid = point.longitude + dx < self.origin.x || point.latitude + dy < self.origin.y;
        if off_grid {
            return near;
        }
        let (west, east) = (
            self.column(point.longitude - dx),
            self.column(point.longitude + dx),
        );
        for row in self.row(point.latitude - dy)..=self.row(point.latitude + dy) {
            for segment in self.members_of(row * GRID + west..=row * GRID + east) {
                let Some(square) = segment.square_within(point, metres, reach) else {
                    continue;
                };
                match near.iter_mut().find(|(area, _)| *area == segment.area) {
                    Some((_, least)) => *least = least.min(square),
                    None => near.push((segment.area, square)),
                }
            }
        }
        near.iter_mut().for_each(|(_, square)| *square = square.sqrt());
        near.sort_unstable_by_key(|(area, _)| *area);
        near
    }
}

#[cfg(test)]
mod tests;
