//! The city's divisions as they are shown, and a point found among them.

use entity::kinds::{AreaLevel, Datum};

use crate::city::areas::view::{Area, Areas, Located, LocatedArea, Neighbour, Step};
use crate::city::snapshot::City;
use crate::error::{Error, FieldError, Result};
use crate::place_kinds::{place_relation, wgs84};
use places::lookup::Division;

const MAX_ACCURACY_M: f64 = 100_000.0;
const MAX_ADDRESS_CHARS: usize = 200;

/// A point as it was asked for.
pub struct Asked {
    pub longitude: f64,
    pub latitude: f64,
    pub datum: Datum,
    pub accuracy_m: Option<f64>,
    pub address: Option<String>,
}

impl Asked {
    /// Names every number that cannot be; "not a number" is none of them either.
    fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut within = |field: &str, number: f64, most: f64, least: f64| {
            if !(least..=most).contains(&number) {
                let detail = format!("{field} 应在 {least} 到 {most} 之间。");
                faults.push(FieldError::new(field, "out_of_range", detail));
            }
        };
        within("longitude", self.longitude, 180.0, -180.0);
        within("latitude", self.latitude, 90.0, -90.0);
        within("accuracy_m", self.accuracy_m.unwrap_or(0.0), MAX_ACCURACY_M, 0.0);
        if self
            .address
            .as_ref()
            .is_some_and(|text| text.chars().count() > MAX_ADDRESS_CHARS)
        {
            let detail = format!("地址最多 {MAX_ADDRESS_CHARS} 个字。");
            faults.push(FieldError::new("address", "too_long", detail));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(faults))
        }
    }
}

/// City, counties, townships.
#[must_use]
pub fn tree(city: &City) -> Areas {
    let area = |code: &str, name: &str, level, parent: Option<&str>, zone: Option<&String>| Area {
        code: code.to_owned(),
        name: name.to_owned(),
        level,
        parent: parent.map(str::to_owned),
        zone: zone.cloned(),
    };
    let top = city.meta.code.as_str();
    let mut items = vec![area(top, &city.meta.name, AreaLevel::City, None, None)];
    let counties = city.counties.divisions().iter();
    items.extend(counties.map(|d| area(&d.code, &d.name, AreaLevel::County, Some(top), None)));
    let townships = city.words.townships().into_iter();
    items.extend(townships.map(|t| {
        area(
            &t.code,
            &t.name,
            AreaLevel::Township,
            Some(&t.county),
            t.zone.as_ref(),
        )
    }));
    Areas {
        boundary_set: city.boundary_set,
        items,
    }
}

/// Finds the point; the words of an address tell the functional zone, which has no outline.
pub fn locate(city: &City, asked: Asked) -> Result<Located> {
    asked.check()?;
    let point = wgs84(asked.longitude, asked.latitude, asked.datum);
    let located = city.locate(point, asked.accuracy_m);
    let county = located.division;
    let township = asked
        .address
        .as_deref()
        .zip(county)
        .and_then(|(words, county)| city.words.find(words, Some(&county.code)));
    let neighbours = located.candidates.iter().map(|candidate| Neighbour {
        code: candidate.division.code.clone(),
        name: candidate.division.name.clone(),
        distance_m: decimetres(candidate.distance_m),
    });
    Ok(Located {
        area: county.map(|county| shown(city, county)),
        zone: township.and_then(|township| township.zone.clone()),
        relation: place_relation(located.relation),
        border_distance_m: located.border_distance_m.map(decimetres),
        candidates: neighbours.collect(),
        boundary_set: city.boundary_set,
    })
}

fn shown(city: &City, county: &Division) -> LocatedArea {
    let step = |code: &str, name: &str, level| Step {
        code: code.to_owned(),
        name: name.to_owned(),
        level,
    };
    LocatedArea {
        code: county.code.clone(),
        name: county.name.clone(),
        level: AreaLevel::County,
        path: vec![
            step(&city.meta.code, &city.meta.name, AreaLevel::City),
            step(&county.code, &county.name, AreaLevel::County),
        ],
    }
}

/// Finer digits would only pretend.
fn decimetres(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}
