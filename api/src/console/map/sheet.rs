//! A district and its neighbours in a picture: projection, borders, names, scale.

use std::fmt::Write as _;

use geo::Coord;

use crate::city::snapshot::City;

const MARGIN: f64 = 14.0;
/// Points nearer than this to the one drawn before are left out.
const FINENESS: f64 = 1.1;
/// Kilometres of a degree of latitude.
const KM_PER_DEGREE: f64 = 111.32;
/// Lengths of a scale bar in metres.
const BARS: [f64; 9] = [
    100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0,
];
/// Border points of a neighbour that must be in the picture for its name to be written.
const SEEN_POINTS: usize = 6;

/// Height of the name of a district, and width of a character.
const NAME_HEIGHT: f64 = 14.0;

/// A name at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedPlace {
    pub code: String,
    pub name: String,
    pub longitude: f64,
    pub latitude: f64,
}

/// From degrees to units of the picture; a degree of longitude is shorter the further north.
pub struct Sheet<'a> {
    city: &'a City,
    code: &'a str,
    pub width: f64,
    pub height: f64,
    west: f64,
    north: f64,
    across: f64,
    scale: f64,
    left: f64,
    top: f64,
}

impl<'a> Sheet<'a> {
    /// Fits the district into a picture of this size. `None` if nothing is known of its border.
    #[must_use]
    pub fn of(city: &'a City, code: &'a str, (width, height): (f64, f64)) -> Option<Self> {
        let points = city.counties.border(code).map(|(start, _)| start);
        let fit = Fit::around(points, (width, height))?;
        Some(Self::fitted(city, code, (width, height), fit))
    }

    /// Fits all districts into a picture of this size; none of them is outlined above the others.
    #[must_use]
    pub fn of_city(city: &'a City, size: (f64, f64)) -> Option<Self> {
        let borders = city
            .counties
            .divisions()
            .iter()
            .flat_map(|division| city.counties.border(&division.code));
        let fit = Fit::around(borders.map(|(start, _)| start), size)?;
        Some(Self::fitted(city, "", size, fit))
    }

    fn fitted(city: &'a City, code: &'a str, (width, height): (f64, f64), fit: Fit) -> Self {
        Self {
            city,
            code,
            width,
            height,
            west: fit.west,
            north: fit.north,
            across: fit.across,
            scale: fit.scale,
            left: fit.left,
            top: fit.top,
        }
    }

    #[must_use]
    pub fn at(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        (
            self.left + (longitude - self.west) * self.across * self.scale,
            self.top + (self.north - latitude) * self.scale,
        )
    }

    fn is_inside(&self, (x, y): (f64, f64)) -> bool {
        (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y)
    }

    /// Metres of one unit.
    #[must_use]
    pub fn metres(&self) -> f64 {
        KM_PER_DEGREE * 1_000.0 / self.scale
    }

    /// `data-` attributes by which the script turns a click into degrees and keeps the scale true.
    #[must_use]
    pub fn attributes(&self) -> String {
        format!(
            r#"viewBox="0 0 {} {}" data-west="{:.6}" data-north="{:.6}" data-east-scale="{:.4}" data-north-scale="{:.4}" data-left="{:.2}" data-top="{:.2}" data-metres="{:.4}""#,
            self.width,
            self.height,
            self.west,
            self.north,
            self.across * self.scale,
            self.scale,
            self.left,
            self.top,
            self.metres()
        )
    }

    /// The borders: the neighbours first, the district itself above them.
    #[must_use]
    pub fn borders(&self) -> String {
        let mut svg = String::new();
        let class = if self.code.is_empty() { "area" } else { "other" };
        for division in self.city.counties.divisions() {
            if division.code != self.code {
                let path = self.path(&division.code);
                let _ = write!(svg, r#"<path class="{class}" d="{path}"/>"#);
            }
        }
        if !self.code.is_empty() {
            let own = self.path(self.code);
            let _ = write!(svg, r#"<path class="own" d="{own}"/>"#);
        }
        svg
    }

    /// The names of the neighbours, where enough of them is seen. One that would cover another appears when the picture is
    /// enlarged.
    #[must_use]
    pub fn neighbours(&self) -> String {
        let mut svg = String::new();
        let mut written: Vec<(f64, f64, f64)> = Vec::new();
        for division in self.city.counties.divisions() {
            if division.code == self.code {
                continue;
            }
            let border = self.city.counties.border(&division.code);
            let seen: Vec<_> = border
                .map(|(start, _)| self.at(start.x, start.y))
                .filter(|at| self.is_inside(*at))
                .collect();
            if seen.len() >= SEEN_POINTS {
                let (x, y) = self.held_inside(mean(&seen));
                let half = NAME_HEIGHT / 2.0
                    * f64::from(u8::try_from(division.name.chars().count()).unwrap_or(u8::MAX));
                let covers = |(other_x, other_y, other_half): &(f64, f64, f64)| {
                    (x - other_x).abs() < half + other_half && (y - other_y).abs() < NAME_HEIGHT
                };
                let near = if written.iter().any(covers) { " near" } else { "" };
                written.push((x, y, half));
                let _ = write!(
                    svg,
                    r#"<text class="neighbour{near}" x="{x:.0}" y="{y:.0}">{}</text>"#,
                    escaped(&division.name)
                );
            }
        }
        svg
    }

    /// Names at their places, those that would cover another left out.
    #[must_use]
    pub fn names(&self, places: &[NamedPlace]) -> String {
        let (gap_x, gap_y) = (self.width / 7.0, self.height / 18.0);
        let mut written: Vec<(f64, f64)> = Vec::new();
        let mut svg = String::new();
        for place in places {
            let (x, y) = self.at(place.longitude, place.latitude);
            let covered = written
                .iter()
                .any(|(other_x, other_y)| (x - other_x).abs() < gap_x && (y - other_y).abs() < gap_y);
            if covered || !self.is_inside((x, y)) {
                continue;
            }
            written.push((x, y));
            self.write_name(&mut svg, &place.name, (x, y));
        }
        svg
    }

    /// All names at their places, as they are read when the picture is enlarged.
    #[must_use]
    pub fn all_names(&self, places: &[NamedPlace]) -> String {
        let mut svg = String::new();
        for place in places {
            let (x, y) = self.at(place.longitude, place.latitude);
            self.write_name(&mut svg, &place.name, (x, y));
        }
        svg
    }

    fn write_name(&self, svg: &mut String, name: &str, (x, y): (f64, f64)) {
        if self.is_inside((x, y)) {
            let name = escaped(name);
            let _ = write!(svg, r#"<text class="place" x="{x:.1}" y="{y:.1}">{name}</text>"#);
        }
    }

    /// A bar of a round length in the lower left corner.
    #[must_use]
    pub fn scale_bar(&self) -> String {
        let longest = self.width / 3.5 * self.metres();
        let metres = BARS.into_iter().rfind(|bar| *bar <= longest).unwrap_or(100.0);
        let (length, y) = (metres / self.metres(), self.height - 10.0);
        let text = if metres < 1_000.0 {
            format!("{metres:.0} 米")
        } else {
            format!("{:.0} 公里", metres / 1_000.0)
        };
        format!(
            r#"<g class="scale"><path d="M10 {:.1}v6h{length:.1}v-6"/><text x="16" y="{:.1}">{text}</text></g>"#,
            y - 6.0,
            y - 4.0
        )
    }

    /// The pieces of a border as one path, as fine as the picture shows.
    fn path(&self, code: &str) -> String {
        let mut path = String::new();
        let mut last: Option<Coord<f64>> = None;
        let mut pen = (f64::MIN, f64::MIN);
        for (start, end) in self.city.counties.border(code) {
            if last != Some(start) {
                pen = self.at(start.x, start.y);
                let _ = write!(path, "M{:.0} {:.0}", pen.0, pen.1);
            }
            last = Some(end);
            let next = self.at(end.x, end.y);
            let seen = (-self.width..2.0 * self.width).contains(&next.0)
                && (-self.height..2.0 * self.height).contains(&next.1);
            let fine = if seen { FINENESS } else { self.width / 8.0 };
            if (next.0 - pen.0).hypot(next.1 - pen.1) >= fine {
                let _ = write!(path, "L{:.0} {:.0}", next.0, next.1);
                pen = next;
            }
        }
        path
    }

    /// A name near the edge stays in the picture.
    fn held_inside(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (room_x, room_y) = (self.width / 10.0, self.height / 20.0);
        (
            x.clamp(room_x, self.width - room_x),
            y.clamp(room_y, self.height - room_y),
        )
    }
}

fn mean(points: &[(f64, f64)]) -> (f64, f64) {
    let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
    for point in points {
        x += point.0;
        y += point.1;
        count += 1.0;
    }
    (x / f64::max(count, 1.0), y / f64::max(count, 1.0))
}

struct Fit {
    west: f64,
    north: f64,
    across: f64,
    scale: f64,
    left: f64,
    top: f64,
}

impl Fit {
    fn around(points: impl Iterator<Item = Coord<f64>>, (width, height): (f64, f64)) -> Option<Self> {
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
        let scale = ((width - 2.0 * MARGIN) / wide).min((height - 2.0 * MARGIN) / high);
        Some(Self {
            west,
            north,
            across,
            scale,
            left: (width - wide * scale) / 2.0,
            top: (height - high * scale) / 2.0,
        })
    }
}

/// Text inside markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (360.0, 260.0);

    fn corners() -> Vec<Coord<f64>> {
        let at = |x: f64, y: f64| Coord { x, y };
        vec![at(112.0, 34.0), at(112.2, 34.0), at(112.2, 34.2), at(112.0, 34.2)]
    }

    #[test]
    fn a_border_fills_the_picture_without_leaving_it() {
        let fit = Fit::around(corners().into_iter(), SIZE).unwrap();
        let place = |point: Coord<f64>| {
            (
                fit.left + (point.x - fit.west) * fit.across * fit.scale,
                fit.top + (fit.north - point.y) * fit.scale,
            )
        };
        for corner in corners() {
            let (x, y) = place(corner);
            assert!((MARGIN - 0.1..=SIZE.0 - MARGIN + 0.1).contains(&x), "{x}");
            assert!((MARGIN - 0.1..=SIZE.1 - MARGIN + 0.1).contains(&y), "{y}");
        }
        let north = place(Coord { x: 112.1, y: 34.2 }).1;
        let south = place(Coord { x: 112.1, y: 34.0 }).1;
        assert!(north < south, "north is up");
        assert!(Fit::around([Coord { x: 1.0, y: 1.0 }].into_iter(), SIZE).is_none());
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("<a> & \"b\""), "&lt;a> &amp; &quot;b&quot;");
    }
}
