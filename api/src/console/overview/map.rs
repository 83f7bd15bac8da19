//! The map of the counties: how much stands where, and the worst light.

use entity::kinds::Light;

use crate::overview::view::{District, Lights};
use places::county_map::{County, CountyMap};

/// Steps of the shade.
const STEPS: i64 = 5;

/// A county as it is drawn.
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub path: &'a str,
    /// 0 nothing open, 1 to 5 by load.
    pub shade: i64,
    pub chosen: bool,
    /// Read out, and shown over the mouse.
    pub says: String,
    pub label: Option<Label>,
}

#[derive(Clone, Debug)]
pub struct Label {
    pub x: f64,
    pub y: f64,
    pub name: String,
    pub open: i64,
    /// The worst that is there; none where all is well.
    pub light: Option<Light>,
    pub count: i64,
}

#[derive(Clone, Debug)]
pub struct Map<'a> {
    pub outlines: &'a CountyMap,
    pub counties: Vec<Drawn<'a>>,
    pub enlarged: Vec<Drawn<'a>>,
}

impl<'a> Map<'a> {
    #[must_use]
    pub fn of(outlines: &'a CountyMap, districts: &'a [District], chosen: Option<&str>) -> Self {
        let most = districts
            .iter()
            .map(|district| district.open)
            .max()
            .unwrap_or_default();
        let draw = |county: &'a County| {
            let district = districts.iter().find(|district| district.code == county.code)?;
            Some(drawn(county, district, most, chosen))
        };
        let enlarged = outlines.inset.iter().flat_map(|inset| inset.counties.iter());
        Self {
            outlines,
            counties: outlines.counties.iter().filter_map(draw).collect(),
            enlarged: enlarged.filter_map(draw).collect(),
        }
    }
}

fn drawn<'a>(county: &'a County, district: &'a District, most: i64, chosen: Option<&str>) -> Drawn<'a> {
    let Lights { green, yellow, red } = district.lights;
    Drawn {
        code: &county.code,
        name: &district.name,
        path: &county.path,
        shade: shade(district.open, most),
        chosen: chosen == Some(county.code.as_str()),
        says: format!(
            "{}：在办 {} 件，超期 {red}，临期 {yellow}，正常 {green}；本期新增 {} 件",
            district.name, district.open, district.arrived
        ),
        label: county.label.map(|(x, y)| Label {
            x,
            y,
            name: short(&district.name),
            open: district.open,
            light: worst(district.lights),
            count: if red > 0 { red } else { yellow },
        }),
    }
}

/// Five steps up to the most that any county has; anything at all is at least the first.
fn shade(open: i64, most: i64) -> i64 {
    if open == 0 || most == 0 {
        return 0;
    }
    ((open * STEPS + most - 1) / most).clamp(1, STEPS)
}

fn worst(lights: Lights) -> Option<Light> {
    match lights {
        Lights { red, .. } if red > 0 => Some(Light::Red),
        Lights { yellow, .. } if yellow > 0 => Some(Light::Yellow),
        _ => None,
    }
}

/// 老城 for 老城区, but 嵩县 stays 嵩县.
fn short(name: &str) -> String {
    let long = |rest: &&str| rest.chars().count() >= 2;
    let stripped = name.strip_suffix(['区', '县', '市']).filter(long).unwrap_or(name);
    let stripped = stripped.strip_suffix("自治").filter(long).unwrap_or(stripped);
    let peoples = PEOPLES.iter().find_map(|people| stripped.strip_suffix(people));
    peoples.filter(long).unwrap_or(stripped).to_owned()
}

/// Peoples that the names of districts and autonomous counties end with.
const PEOPLES: [&str; 16] = [
    "各族",
    "回族",
    "满族",
    "蒙古族",
    "土家族",
    "苗族",
    "侗族",
    "瑶族",
    "彝族",
    "藏族",
    "壮族",
    "畲族",
    "朝鲜族",
    "哈萨克族",
    "维吾尔族",
    "黎族",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shade_grows_with_the_load_and_nothing_is_no_shade() {
        let shades: Vec<_> = [0, 1, 20, 21, 99, 100]
            .iter()
            .map(|open| shade(*open, 100))
            .collect();
        assert_eq!(shades, [0, 1, 1, 2, 5, 5]);
        assert_eq!(shade(0, 0), 0);
    }

    #[test]
    fn a_name_is_shortened_as_people_shorten_it() {
        assert_eq!(short("东城区"), "东城");
        assert_eq!(short("某县"), "某县");
        assert_eq!(short("东河回族区"), "东河");
        assert_eq!(short("东河满族自治县"), "东河");
    }
}
