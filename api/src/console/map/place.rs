//! The place of an order or a site: its district, the neighbours, the point; and ways to other maps.

use std::fmt::Write as _;

use super::links::elsewhere;
use super::sheet::{NamedPlace, Sheet, escaped};
use crate::city::snapshot::City;
use crate::console::forms::{Kind, Map};
use crate::console::labels::Markup;
use crate::orders::view::{AreaView, LocationView};

const SIZE: (f64, f64) = (480.0, 340.0);
const WHOLE_SIZE: (f64, f64) = (640.0, 520.0);
/// Communities of the township that are named.
const COMMUNITIES: usize = 8;

/// Draws a point. `None` for a place in words only, or outside of all districts.
#[must_use]
pub fn draw(city: &City, area: Option<&AreaView>, location: Option<&LocationView>) -> Option<Markup> {
    draw_with(city, area, location, &[])
}

/// Draws a point with the names of places around it.
#[must_use]
pub fn draw_with(
    city: &City,
    area: Option<&AreaView>,
    location: Option<&LocationView>,
    places: &[NamedPlace],
) -> Option<Markup> {
    let (area, location) = (area?, location?);
    let (longitude, latitude) = (location.longitude, location.latitude);
    let sheet = Sheet::of(city, &area.code, SIZE)?;
    let (x, y) = sheet.at(longitude, latitude);
    let mut html = format!(
        r#"<div class="map" data-map data-longitude="{longitude:.6}" data-latitude="{latitude:.6}"><svg class="map" {} role="img" aria-label="地图：工单位置在{}的位置">"#,
        sheet.attributes(),
        escaped(&area.name)
    );
    html += &sheet.borders();
    html += &sheet.neighbours();
    html += &sheet.names(places);
    let _ = write!(
        html,
        r#"<circle class="halo" cx="{x:.1}" cy="{y:.1}" r="11"/><circle class="point" cx="{x:.1}" cy="{y:.1}" r="4.5"/>"#
    );
    html += &sheet.scale_bar();
    html += "</svg>";
    html += &tools(longitude, latitude, &area.name);
    html += "</div>";
    Some(Markup(html))
}

fn tools(longitude: f64, latitude: f64, title: &str) -> String {
    let mut html = format!(
        r#"<p class="map-tools small"><span class="soft">经度 {longitude:.5}，纬度 {latitude:.5}（WGS-84）</span> <button type="button" class="button small" data-copy="{longitude:.6},{latitude:.6}" hidden>复制坐标</button>"#
    );
    for (name, href) in elsewhere(longitude, latitude, title) {
        let _ = write!(
            html,
            r#" <a class="button small" href="{}" target="_blank" rel="noopener noreferrer">{name}</a>"#,
            escaped(&href)
        );
    }
    html + "</p>"
}

/// A field in which a click sets a point.
#[must_use]
pub fn picker(city: &City, townships: &[NamedPlace]) -> Kind {
    Kind::Point(choice(city, townships))
}

/// The city in which a click, or Enter, sets a point. The names of townships appear when it is enlarged.
#[must_use]
pub fn choice(city: &City, townships: &[NamedPlace]) -> Map {
    let (longitude, latitude) = middle(city);
    let label = "全市地图：点击选择位置；方向键移动准星，加减号缩放，回车定点";
    let picture = whole(city, "application", label, &near(city, townships));
    Map {
        picture: picture.unwrap_or_else(|| Markup(String::new())),
        longitude: format!("{longitude:.5}"),
        latitude: format!("{latitude:.5}"),
    }
}

/// A point that leads to a page, WGS-84.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub longitude: f64,
    pub latitude: f64,
    pub href: String,
    pub name: String,
    /// Drawn hollow.
    pub off: bool,
}

/// The city with points that lead to their pages. `None` if it has no borders.
#[must_use]
pub fn marked(city: &City, label: &str, marks: &[Mark]) -> Option<Map> {
    let (longitude, latitude) = middle(city);
    let sheet = Sheet::of_city(city, WHOLE_SIZE)?;
    let mut links = String::new();
    for mark in marks {
        let (x, y) = sheet.at(mark.longitude, mark.latitude);
        let (href, name) = (escaped(&mark.href), escaped(&mark.name));
        let class = if mark.off { r#" class="off""# } else { "" };
        let _ = write!(
            links,
            r#"<a href="{href}"{class} aria-label="{name}" data-longitude="{:.5}" data-latitude="{:.5}"><title>{name}</title><circle class="site" cx="{x:.1}" cy="{y:.1}" r="6"/></a>"#,
            mark.longitude, mark.latitude
        );
    }
    Some(Map {
        picture: whole(city, "group", label, &links)?,
        longitude: format!("{longitude:.5}"),
        latitude: format!("{latitude:.5}"),
    })
}

/// All districts with their names, and `more` above them.
fn whole(city: &City, role: &str, label: &str, more: &str) -> Option<Markup> {
    let sheet = Sheet::of_city(city, WHOLE_SIZE)?;
    Some(Markup(format!(
        r#"<svg class="map" {} role="{role}" aria-label="{label}">{}{}{more}{}</svg>"#,
        sheet.attributes(),
        sheet.borders(),
        sheet.neighbours(),
        sheet.scale_bar()
    )))
}

/// The names of townships, which the style hides until the picture is enlarged.
fn near(city: &City, townships: &[NamedPlace]) -> String {
    let names = Sheet::of_city(city, WHOLE_SIZE).map(|sheet| sheet.all_names(townships));
    format!(
        r#"<g class="near" aria-hidden="true">{}</g>"#,
        names.unwrap_or_default()
    )
}

/// The middle of the city in degrees, where a street map begins.
#[must_use]
fn middle(city: &City) -> (f64, f64) {
    let (mut longitude, mut latitude, mut count) = (0.0, 0.0, 0.0);
    for division in city.counties.divisions() {
        for (start, _) in city.counties.border(&division.code) {
            longitude += start.x;
            latitude += start.y;
            count += 1.0;
        }
    }
    (longitude / f64::max(count, 1.0), latitude / f64::max(count, 1.0))
}

/// The communities of a township in a line: those that are nearest to a place in it.
#[must_use]
pub fn communities(city: &City, township: &str) -> Option<String> {
    let names = city.words.communities_of(township);
    let shown: Vec<&str> = names.iter().take(COMMUNITIES).map(String::as_str).collect();
    let shown = shown.join("、");
    match names.len() {
        0 => None,
        count if count > COMMUNITIES => Some(format!("{shown} 等 {count} 个")),
        _ => Some(shown),
    }
}
