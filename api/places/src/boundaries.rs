//! Reads and checks boundaries (GeoJSON). Every fault is reported with its feature; a set with a fault is rejected as a
//! whole.

use std::collections::HashSet;

use geo::algorithm::validation::Validation as _;
use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, Intersects as _, MultiPolygon, SimplifyVwPreserve as _,
};
use geojson::{FeatureCollection, JsonObject};

/// The level of a division, by its name in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundaryLevel {
    /// `city`
    City,
    /// `county`
    County,
    /// `township`
    Township,
}

impl BoundaryLevel {
    fn named(text: &str) -> Option<Self> {
        match text {
            "city" => Some(Self::City),
            "county" => Some(Self::County),
            "township" => Some(Self::Township),
            _ => None,
        }
    }
}

/// A division with its outline in WGS-84 degrees.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// Code of the area.
    pub code: String,
    /// Name of the area.
    pub name: String,
    /// The level of the area.
    pub level: BoundaryLevel,
    /// Code of the parent area.
    pub parent: Option<String>,
    /// The outline in WGS-84.
    pub outline: MultiPolygon<f64>,
}

/// A fault of a feature, described in Chinese for the city's staff. `feature` counts from 1 in the order of the file;
/// 0 means the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// Position of the feature in the file, from 1.
    pub feature: usize,
    /// The fault in it.
    pub reason: String,
}

/// Tolerated overlap of two neighbours as a share of the smaller one: noise of digitized borders.
const MAX_OVERLAP_SHARE: f64 = 1e-5;
const MAX_CODE_CHARS: usize = 16;

/// Reads and checks a set of boundaries. Returns all shapes, or all faults.
pub fn read(text: &str) -> Result<Vec<Boundary>, Vec<ShapeFault>> {
    let collection: FeatureCollection = text.parse().map_err(|error| {
        vec![ShapeFault {
            feature: 0,
            reason: format!("不是 GeoJSON 的 FeatureCollection：{error}"),
        }]
    })?;
    let mut shapes = Vec::new();
    let mut faults = Vec::new();
    for (index, feature) in collection.features.into_iter().enumerate() {
        match shape(feature) {
            Ok(shape) => shapes.push(shape),
            Err(reason) => faults.push(ShapeFault {
                feature: index + 1,
                reason,
            }),
        }
    }
    if faults.is_empty() {
        faults = check(&shapes);
    }
    if shapes.is_empty() && faults.is_empty() {
        faults.push(ShapeFault {
            feature: 0,
            reason: "文件里没有区划".to_owned(),
        });
    }
    if faults.is_empty() {
        Ok(shapes)
    } else {
        Err(faults)
    }
}

fn shape(feature: geojson::Feature) -> Result<Boundary, String> {
    let properties = feature.properties.as_ref().ok_or("没有属性 properties")?;
    let code = text(properties, "code").ok_or("没有属性 code（区划代码）")?;
    let name = text(properties, "name").ok_or("没有属性 name（名称）")?;
    if code.is_empty() || code.len() > MAX_CODE_CHARS || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(format!("区划代码“{code}”应为 1 到 {MAX_CODE_CHARS} 位字母或数字"));
    }
    let level = text(properties, "level").unwrap_or_default();
    let level = BoundaryLevel::named(&level)
        .ok_or_else(|| format!("{name}：级别 level“{level}”应为 city、county 或 township"))?;
    let geometry = feature
        .geometry
        .as_ref()
        .ok_or_else(|| format!("{name}：没有轮廓 geometry"))?;
    let outline = outline(geometry).map_err(|reason| format!("{name}：{reason}"))?;
    Ok(Boundary {
        code,
        name,
        level,
        parent: text(properties, "parent"),
        outline,
    })
}

fn text(properties: &JsonObject, key: &str) -> Option<String> {
    properties
        .get(key)
        .and_then(|value| value.as_str())
        .map(|text| text.trim().to_owned())
}

/// Converts a geometry that was checked when it was loaded.
pub fn trusted_outline(geometry: &geojson::Geometry) -> Result<MultiPolygon<f64>, String> {
    let geometry: geo::Geometry<f64> = geometry.clone().try_into().map_err(|error| format!("{error}"))?;
    match geometry {
        geo::Geometry::MultiPolygon(many) => Ok(many),
        geo::Geometry::Polygon(one) => Ok(MultiPolygon(vec![one])),
        _ => Err("轮廓不是 Polygon 或 MultiPolygon".to_owned()),
    }
}

/// Simplifies a geometry that was checked when it was loaded, and returns its rings.
///
/// Points that span less than `area` square degrees with their neighbours are left out (Visvalingam and Whyatt). Rings keep
/// their topology.
pub fn simplified_rings(geometry: &geojson::Geometry, area: f64) -> Result<Vec<Vec<(f64, f64)>>, String> {
    let outline = trusted_outline(geometry)?.simplify_vw_preserve(area);
    let rings = outline
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    Ok(rings
        .map(|ring| ring.coords().map(|at| (at.x, at.y)).collect())
        .collect())
}

/// Converts any polygonal GeoJSON geometry and checks its rings.
pub fn outline(geometry: &geojson::Geometry) -> Result<MultiPolygon<f64>, String> {
    let outline = trusted_outline(geometry)?;
    for ring in outline
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
    {
        if ring.0.len() < 4 {
            return Err("有一个环少于 4 个点".to_owned());
        }
        let is_valid = |c: &geo::Coord<f64>| (-180.0..=180.0).contains(&c.x) && (-90.0..=90.0).contains(&c.y);
        if !ring.0.iter().all(is_valid) {
            return Err("有的坐标不是以度为单位的经度、纬度".to_owned());
        }
    }
    outline
        .check_validation()
        .map_err(|error| format!("轮廓无效：{error}"))?;
    Ok(outline)
}

/// Checks all shapes together for duplicate codes and overlapping neighbours.
fn check(shapes: &[Boundary]) -> Vec<ShapeFault> {
    let mut codes = HashSet::new();
    let mut faults = Vec::new();
    for (index, shape) in shapes.iter().enumerate() {
        if !codes.insert(shape.code.as_str()) {
            faults.push(ShapeFault {
                feature: index + 1,
                reason: format!("区划代码 {} 重复", shape.code),
            });
        }
        for earlier in shapes
            .iter()
            .take(index)
            .filter(|earlier| earlier.level == shape.level)
        {
            if let Some(share) = overlap_share(earlier, shape).filter(|share| *share > MAX_OVERLAP_SHARE) {
                let reason = format!(
                    "{}与{}重叠，达较小者面积的 {:.4} %",
                    shape.name,
                    earlier.name,
                    share * 100.0
                );
                faults.push(ShapeFault {
                    feature: index + 1,
                    reason,
                });
            }
        }
    }
    faults
}

fn overlap_share(a: &Boundary, b: &Boundary) -> Option<f64> {
    let (box_a, box_b) = (a.outline.bounding_rect()?, b.outline.bounding_rect()?);
    if !box_a.intersects(&box_b) {
        return None;
    }
    let smaller = a.outline.unsigned_area().min(b.outline.unsigned_area());
    Some(a.outline.intersection(&b.outline).unsigned_area() / smaller.max(f64::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(code: &str, x: f64, size: f64) -> String {
        let (x2, y2) = (x + size, 30.0 + size);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{code}","level":"county"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{x},30],[{x2},30],[{x2},{y2}],[{x},{y2}],[{x},30]]]}}}}"#
        )
    }

    fn set(features: &[String]) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        )
    }

    fn reasons(text: &str) -> String {
        read(text)
            .unwrap_err()
            .iter()
            .map(|f| format!("{}: {}; ", f.feature, f.reason))
            .collect()
    }

    #[test]
    fn neighbours_that_share_a_border_are_fine() {
        assert_eq!(
            read(&set(&[square("A", 110.0, 1.0), square("B", 111.0, 1.0)]))
                .unwrap()
                .len(),
            2
        );
    }

    #[test]
    fn each_fault_names_its_feature() {
        let twice = set(&[square("A", 110.0, 1.0), square("A", 112.0, 1.0)]);
        assert!(reasons(&twice).starts_with("2: 区划代码 A 重复"));
        let over = set(&[square("A", 110.0, 1.0), square("B", 110.5, 1.0)]);
        assert!(
            reasons(&over).contains("2: B与A重叠，达较小者面积的 50"),
            "{}",
            reasons(&over)
        );
        let bow = square("A", 110.0, 1.0).replace("[111,31],[110,31]", "[110,31],[111,31]");
        assert!(reasons(&set(&[bow])).contains("轮廓无效"));
        let far = square("A", 190.0, 1.0);
        assert!(reasons(&set(&[far])).contains("经度、纬度"));
        assert!(reasons("{}").contains("FeatureCollection"));
        assert!(reasons(&set(&[])).contains("没有区划"));
        assert!(reasons(&set(&[square("A", 110.0, 1.0).replace("county", "street")])).contains("级别 level"));
    }
}
