//! The map of one county: townships' names and the open orders, gathered into marks that lead to them.

use std::fmt::Write as _;

use entity::kinds::Light;

use crate::city::snapshot::City;
use crate::console::labels::Markup;
use crate::console::map::sheet::{NamedPlace, Sheet, escaped};
use crate::overview::clusters::Cluster;
use crate::overview::county::TownshipLine;
use crate::overview::view::{Lights, Screen};

const SIZE: (f64, f64) = (1000.0, 860.0);
/// Statuses of open orders, as the list's address has them.
pub const OPEN_STATUSES: &str = "triage,dispatched,in_progress,replied";
/// A box is widened by this much, so that rounding loses no order.
const WIDENED: f64 = 0.000_002;

/// Draws the county of the screen. `None` for the city's screen.
#[must_use]
pub fn draw(city: &City, screen: &Screen) -> Option<Markup> {
    let area = screen.area.as_ref()?;
    let sheet = Sheet::of(city, &area.code, SIZE)?;
    let mut svg = format!(
        r#"<svg class="map inside" {} role="group" aria-label="{}在办工单的位置">"#,
        sheet.attributes(),
        escaped(&area.name)
    );
    svg += &sheet.borders();
    svg += &sheet.neighbours();
    let names: Vec<NamedPlace> = screen.townships.iter().filter_map(named).collect();
    svg += &sheet.names(&names);
    for cluster in &screen.clusters {
        mark(&mut svg, &sheet, cluster);
    }
    svg += &sheet.scale_bar();
    svg += "</svg>";
    Some(Markup(svg))
}

fn named(township: &TownshipLine) -> Option<NamedPlace> {
    let [longitude, latitude] = township.centre?;
    Some(NamedPlace {
        code: township.code.clone(),
        name: township.name.clone(),
        longitude,
        latitude,
    })
}

fn mark(svg: &mut String, sheet: &Sheet<'_>, cluster: &Cluster) {
    let (x, y) = sheet.at(cluster.longitude, cluster.latitude);
    let light = worst(cluster.lights);
    let says = format!(
        "在办 {} 件，超期 {}，临期 {}，正常 {}",
        cluster.orders, cluster.lights.red, cluster.lights.yellow, cluster.lights.green
    );
    let _ = write!(
        svg,
        r#"<a href="{}" aria-label="{says}" data-longitude="{:.5}" data-latitude="{:.5}" data-light="{light}"><title>{says}</title>"#,
        escaped(&address(cluster)),
        cluster.longitude,
        cluster.latitude
    );
    let radius = match cluster.orders {
        1 => 11.0,
        2..=4 => 17.0,
        5..=19 => 22.0,
        _ => 28.0,
    };
    let _ = match light {
        Light::Red => write!(
            svg,
            r#"<rect class="dot red" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}"/>"#,
            x - radius,
            y - radius,
            2.0 * radius,
            2.0 * radius
        ),
        Light::Yellow => write!(
            svg,
            r#"<path class="dot yellow" d="M{x:.1} {:.1}l{:.1} {:.1}h-{:.1}z"/>"#,
            y - radius * 1.2,
            radius * 1.25,
            radius * 2.1,
            radius * 2.5
        ),
        Light::Green => write!(
            svg,
            r#"<circle class="dot green" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/>"#
        ),
    };
    if cluster.orders > 1 {
        let _ = write!(
            svg,
            r#"<text class="count" x="{x:.1}" y="{:.1}">{}</text>"#,
            y + 8.0,
            cluster.orders
        );
    }
    svg.push_str("</a>");
}

fn address(cluster: &Cluster) -> String {
    if let Some(number) = &cluster.number {
        return format!("/console/orders/{number}");
    }
    let [west, south, east, north] = cluster.within;
    format!(
        "/console/orders?status={OPEN_STATUSES}&within={:.6},{:.6},{:.6},{:.6}",
        west - WIDENED,
        south - WIDENED,
        east + WIDENED,
        north + WIDENED
    )
}

fn worst(lights: Lights) -> Light {
    match lights {
        Lights { red, .. } if red > 0 => Light::Red,
        Lights { yellow, .. } if yellow > 0 => Light::Yellow,
        _ => Light::Green,
    }
}
