//! Pure: charts as SVG with presentation attributes only, because the pages allow no inline style; also used in PDF.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::insight::reports::writer::Outline;

/// A bar with its label; `strong` ones belong to the period itself.
pub struct Bar {
    pub label: String,
    pub value: u64,
    pub strong: bool,
}

const WIDTH: f64 = 640.0;
const BARS_HEIGHT: f64 = 190.0;
const BASE: f64 = 160.0;
const TOP: f64 = 20.0;
/// The maximum number of labels below the bars.
const LABELS: usize = 16;
const INK: &str = "#1f2a37";
const STRONG: &str = "#2f5d8a";
const LIGHT: &str = "#b9c9d9";
const FONT: &str = "Noto Sans CJK SC, PingFang SC, sans-serif";

/// A bar chart; empty without bars.
#[must_use]
pub fn bars(bars: &[Bar]) -> String {
    let mut svg = head(WIDTH, BARS_HEIGHT);
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / bars.len().max(1) as f64;
    let every = bars.len().div_ceil(LABELS).max(1);
    for (index, bar) in bars.iter().enumerate() {
        let height = bar.value as f64 / most * (BASE - TOP);
        let (x, y) = (index as f64 * step, BASE - height);
        let fill = if bar.strong { STRONG } else { LIGHT };
        let (width, middle) = ((step * 0.7).min(60.0), x + step / 2.0);
        let left = middle - width / 2.0;
        let _ = write!(
            svg,
            r#"<rect x="{left:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}"/>"#
        );
        label(&mut svg, middle, y - 5.0, 11.0, &bar.value.to_string());
        if index % every == 0 {
            label(&mut svg, middle, BASE + 16.0, 11.0, &bar.label);
        }
    }
    let _ = write!(
        svg,
        r#"<line x1="0" y1="{BASE}" x2="{WIDTH}" y2="{BASE}" stroke="{INK}" stroke-width="1"/></svg>"#
    );
    svg
}

const MAP_HEIGHT: f64 = 420.0;

/// The counties, darker with more orders; none without outlines.
#[must_use]
pub fn map(
    outlines: &[Outline],
    names: &HashMap<String, String>,
    counts: &[(String, u64)],
) -> Option<String> {
    let frame = Frame::around(outlines)?;
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1) as f64;
    let count_of = |code: &str| {
        counts
            .iter()
            .find(|(of, _)| of == code)
            .map_or(0, |(_, count)| *count)
    };
    let mut svg = head(WIDTH, MAP_HEIGHT);
    for outline in outlines {
        let share = count_of(&outline.code) as f64 / most;
        let mut path = String::new();
        for ring in &outline.rings {
            for (index, point) in ring.iter().enumerate() {
                let (x, y) = frame.place(*point);
                let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        let fill = shade(share);
        let _ = write!(
            svg,
            r##"<path d="{path}" fill="{fill}" stroke="#ffffff" stroke-width="1.2" fill-rule="evenodd"/>"##
        );
    }
    for outline in outlines {
        let (x, y) = frame.place(outline.middle()?);
        let name = names.get(&outline.code).map_or("", String::as_str);
        label(&mut svg, x, y, 11.0, name);
        label(&mut svg, x, y + 13.0, 11.0, &count_of(&outline.code).to_string());
    }
    svg.push_str("</svg>");
    Some(svg)
}

impl Outline {
    /// The middle of the largest ring's box; good enough for a label.
    fn middle(&self) -> Option<(f64, f64)> {
        let largest = self.rings.iter().max_by_key(|ring| ring.len())?;
        let (mut west, mut south) = *largest.first()?;
        let (mut east, mut north) = (west, south);
        for (x, y) in largest {
            (west, east) = (west.min(*x), east.max(*x));
            (south, north) = (south.min(*y), north.max(*y));
        }
        Some((f64::midpoint(west, east), f64::midpoint(south, north)))
    }
}

/// Degrees to the drawing's own units; a degree of longitude is shortened by the latitude.
struct Frame {
    west: f64,
    north: f64,
    scale: f64,
    shorten: f64,
    margin: f64,
}

impl Frame {
    fn around(outlines: &[Outline]) -> Option<Self> {
        let points = || outlines.iter().flat_map(|outline| outline.rings.iter().flatten());
        let (first_x, first_y) = *points().next()?;
        let (mut west, mut east, mut south, mut north) = (first_x, first_x, first_y, first_y);
        for (x, y) in points() {
            (west, east) = (west.min(*x), east.max(*x));
            (south, north) = (south.min(*y), north.max(*y));
        }
        let shorten = f64::midpoint(south, north).to_radians().cos();
        let width = ((east - west) * shorten).max(f64::EPSILON);
        let height = (north - south).max(f64::EPSILON);
        let scale = (WIDTH / width).min(MAP_HEIGHT / height) * 0.96;
        Some(Self {
            west,
            north,
            scale,
            shorten,
            margin: (WIDTH - width * scale) / 2.0,
        })
    }

    fn place(&self, point: (f64, f64)) -> (f64, f64) {
        let (longitude, latitude) = point;
        let x = (longitude - self.west) * self.shorten * self.scale + self.margin;
        (x, (self.north - latitude) * self.scale + 6.0)
    }
}

/// From nearly white to the strong blue.
fn shade(share: f64) -> String {
    let mix = |from: f64, to: f64| (from + (to - from) * share.clamp(0.0, 1.0)).round();
    format!(
        "rgb({},{},{})",
        mix(233.0, 111.0),
        mix(239.0, 152.0),
        mix(245.0, 194.0)
    )
}

fn head(width: f64, height: f64) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">"#
    )
}

fn label(svg: &mut String, x: f64, y: f64, size: f64, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = write!(
        svg,
        r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" text-anchor="middle" fill="{INK}" font-family="{FONT}">{text}</text>"#
    );
}
