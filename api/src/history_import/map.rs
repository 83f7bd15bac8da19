//! Pure: another system's headings and words, as a TOML file says what they mean here (`--map`).

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use tables::kinds::orders::{Column, ORDERS};
use tables::{Fault, HeadingMap};

use crate::city::snapshot::City;

/// A longer file is a slip.
pub const MAX_MAP_BYTES: usize = 32 << 10;

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MapFile {
    /// Our field = their heading.
    columns: BTreeMap<String, String>,
    /// Their word = code or name here.
    categories: HashMap<String, String>,
    units: HashMap<String, String>,
    counties: HashMap<String, String>,
    /// Their word = 满意, 基本满意, 不满意 or 未评价.
    verdicts: HashMap<String, String>,
}

/// Meanings of another system's headings and words. Empty by default.
#[derive(Clone, Debug, Default)]
pub struct ImportMap {
    pub headings: HeadingMap,
    words: Vec<(Column, HashMap<String, String>)>,
}

impl ImportMap {
    /// Reads a map.
    ///
    /// # Errors
    /// Every fault of the map, with a Chinese sentence.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        if text.len() > MAX_MAP_BYTES {
            return Err(vec![fault("map_too_long", "对照表太长。")]);
        }
        let read: Result<MapFile, _> = toml::from_str(text);
        let MapFile {
            columns,
            categories,
            units,
            counties,
            verdicts,
        } = read.map_err(|error| {
            let what = error.message();
            vec![fault("map_malformed", format!("对照表不是正确的 TOML：{what}。"))]
        })?;
        let mut headings = HeadingMap::default();
        let unknown: Vec<Fault> = columns
            .iter()
            .filter(|(field, theirs)| !headings.add(&ORDERS, field, theirs))
            .map(|(field, _)| {
                fault(
                    "map_unknown_column",
                    format!("对照表的「{field}」不是历史工单表的列。"),
                )
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let words = vec![
            (Column::Category, categories),
            (Column::Unit, units),
            (Column::County, counties),
            (Column::Verdict, verdicts),
        ];
        Ok(Self { headings, words })
    }

    /// Our word for a cell of this column, or the cell itself.
    #[must_use]
    pub fn word<'a>(&'a self, column: Column, cell: &'a str) -> &'a str {
        let cell = cell.trim();
        let words = self.words.iter().find(|(of, _)| *of == column);
        let ours = words.and_then(|(_, words)| words.get(cell));
        ours.map_or(cell, String::as_str)
    }

    /// Names every category, unit and county of the map that the city does not have.
    ///
    /// # Errors
    /// One fault for each.
    pub fn check(&self, city: &City) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        for (column, words) in &self.words {
            for (theirs, ours) in words {
                let is_known = match column {
                    Column::Category => city.categories.find(ours).is_some(),
                    Column::Unit => city.units.resolve(ours).is_some(),
                    Column::County => city.county(ours).is_some(),
                    _ => true,
                };
                if !is_known {
                    let name = ORDERS.field_name(*column);
                    let detail = format!("对照表把「{theirs}」对应到「{ours}」，没有这个{name}。");
                    faults.push(fault("map_unknown_value", detail));
                }
            }
        }
        faults.sort_by(|a, b| a.detail.cmp(&b.detail));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn fault(code: &'static str, detail: impl Into<String>) -> Fault {
    Fault::whole(code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_another_system_are_translated_and_others_stay() {
        let map = "[columns]\nnumber = \"流水号\"\n[categories]\n\"市容\" = \"占道经营\"\n[verdicts]\n\"好评\" = \"满意\"\n";
        let map = ImportMap::read(map).unwrap();
        assert_eq!(map.word(Column::Category, " 市容 "), "占道经营");
        assert_eq!(map.word(Column::Category, "路灯"), "路灯");
        assert_eq!(map.word(Column::Verdict, "好评"), "满意");
        assert_eq!(map.word(Column::Unit, "市容"), "市容");
    }

    #[test]
    fn a_wrong_map_is_refused_in_words() {
        for (text, code) in [
            ("[columns", "map_malformed"),
            ("[colums]\nnumber = \"x\"", "map_malformed"),
            ("[columns]\nphone_of_mother = \"x\"", "map_unknown_column"),
        ] {
            let faults = ImportMap::read(text).unwrap_err();
            assert_eq!(faults[0].code, code, "{text}");
        }
    }
}
