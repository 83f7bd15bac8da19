//! Pure: the files of the open data: CSV, GeoJSON and the data dictionary.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::anonymity::{K, Precision};
use super::columns::COLUMNS;

/// A spreadsheet program reads UTF-8 only with this mark in front.
const BOM: &str = "\u{feff}";

/// The values of one order, by column; `Null` is an empty cell.
pub type Record = [Value; COLUMNS.len()];

/// The columns of the coordinates.
const LONGITUDE: usize = 2;
const LATITUDE: usize = 3;

/// Writes a table with a heading.
/// # Errors
/// Those of `out`.
pub fn write_csv(out: &mut impl Write, records: impl Iterator<Item = Record>) -> io::Result<()> {
    out.write_all(BOM.as_bytes())?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(COLUMNS.map(|column| column.name))?;
    for record in records {
        writer.write_record(record.iter().map(cell))?;
    }
    writer.flush()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Codes and names of the city pack; nobody else's words.
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Writes the orders that have a point, as a collection of features (RFC 7946).
/// # Errors
/// Those of `out`.
pub fn write_geojson(out: &mut impl Write, records: impl Iterator<Item = Record>) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut is_first = true;
    for record in records {
        let Some(feature) = feature(record) else { continue };
        out.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        serde_json::to_writer(&mut *out, &feature)?;
    }
    out.write_all(b"\n]}\n")
}

fn feature(record: Record) -> Option<Value> {
    let point = match (record.get(LONGITUDE), record.get(LATITUDE)) {
        (Some(longitude), Some(latitude)) if !longitude.is_null() && !latitude.is_null() => {
            json!([longitude, latitude])
        }
        _ => return None,
    };
    let names = COLUMNS.iter().map(|column| column.name.to_owned());
    let mut properties: Map<String, Value> = names.zip(record).collect();
    properties.remove("longitude");
    properties.remove("latitude");
    Some(json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": point },
        "properties": properties,
    }))
}

/// Figures of the whole, for the dictionary.
#[derive(Clone, Debug)]
pub struct Summary {
    pub city: String,
    /// First and last day.
    pub period: String,
    pub published: usize,
    pub left_out: usize,
}

/// Returns the data dictionary as Markdown.
#[must_use]
pub fn dictionary(summary: &Summary) -> String {
    let Summary {
        city,
        period,
        published,
        left_out,
    } = summary;
    let mut text = format!(
        "# {city}代表反映工单开放数据\n\n\
         期间：{period}。共 {published} 件；另有 {left_out} 件因同类太少没有公开。\n\n\
         每行一件工单。不含反映人、承办人、文字、照片和工单编号；保密件和已合并的工单不在内。\n\
         地点、类别和月份的每种组合至少有 {K} 件，不足的合并到更粗的一级。\n\n\
         `open-data.csv`（UTF-8）是全部工单，`open-data.geojson` 只有带坐标的工单。\n\n\
         | 字段 | 类型 | 名称 | 说明 |\n|---|---|---|---|\n"
    );
    for column in COLUMNS {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            column.name, column.kind, column.label, column.meaning
        ));
    }
    text.push_str("\n精度 `precision` 的取值：\n\n");
    for precision in Precision::ALL {
        text.push_str(&format!("- `{}`：{}\n", precision.as_str(), meaning(precision)));
    }
    text
}

fn meaning(precision: Precision) -> &'static str {
    match precision {
        Precision::Cell => "坐标取整到 0.001 度（约 100 米），类别到第二级",
        Precision::LargeCell => "坐标取整到 0.01 度（约 1 公里），类别到大类",
        Precision::Township => "只到乡镇、街道，类别到大类",
        Precision::County => "只到区县，类别到大类",
        Precision::CountyOnly => "只到区县，不分类别",
        Precision::City => "只到全市，不分类别",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(longitude: Value) -> Record {
        let mut record = [const { Value::Null }; COLUMNS.len()];
        record[0] = json!("2025-09");
        record[LONGITUDE] = longitude;
        record[LATITUDE] = json!(34.655);
        record[7] = json!("一，二\"三");
        record
    }

    #[test]
    fn a_table_has_a_heading_and_a_line_for_each_order() {
        let mut out = Vec::new();
        write_csv(
            &mut out,
            [record(json!(112.395)), record(Value::Null)].into_iter(),
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert!(
            lines[0].starts_with("\u{feff}month,precision,longitude,latitude,"),
            "{}",
            lines[0]
        );
        assert!(
            lines[1].starts_with("2025-09,,112.395,34.655,,,,\"一，二\"\"三\","),
            "{}",
            lines[1]
        );
        assert_eq!(lines.len(), 3);
        assert!(
            lines
                .iter()
                .all(|line| line.matches(',').count() == COLUMNS.len() - 1)
        );
    }

    #[test]
    fn only_orders_with_a_point_are_features() {
        let mut out = Vec::new();
        write_geojson(
            &mut out,
            [record(json!(112.395)), record(Value::Null)].into_iter(),
        )
        .unwrap();
        let read: Value = serde_json::from_slice(&out).unwrap();
        let features = read["features"].as_array().unwrap();
        assert_eq!(features.len(), 1);
        assert_eq!(features[0]["geometry"]["coordinates"], json!([112.395, 34.655]));
        assert_eq!(features[0]["properties"]["month"], "2025-09");
        assert!(features[0]["properties"].get("longitude").is_none());
        let mut empty = Vec::new();
        write_geojson(&mut empty, std::iter::empty()).unwrap();
        assert!(serde_json::from_slice::<Value>(&empty).is_ok());
    }

    #[test]
    fn the_dictionary_explains_every_column() {
        let summary = Summary {
            city: "某市".to_owned(),
            period: "2025-01-01 至 2025-12-31".to_owned(),
            published: 10,
            left_out: 2,
        };
        let text = dictionary(&summary);
        for column in COLUMNS {
            assert!(
                text.contains(&format!("| `{}` |", column.name)),
                "{}",
                column.name
            );
        }
        assert!(text.contains("另有 2 件"));
    }
}
