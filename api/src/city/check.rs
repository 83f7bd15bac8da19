//! Pure: checks that a list of units is one that dispatch can work with.

use std::collections::{HashMap, HashSet};

use entity::kinds::UnitLevel;

use crate::city::csv_rows::{CsvLine, Fault, UnitRow, fault};

/// Reports duplicate names, unknown references, and counties without a government.
#[must_use]
pub fn units(
    file: &str,
    units: &[CsvLine<UnitRow>],
    counties: &HashSet<&str>,
    townships: &HashSet<&str>,
) -> Vec<Fault> {
    let codes: HashSet<&str> = units.iter().map(|l| l.row.code.as_str()).collect();
    let mut names: HashMap<&str, u64> = HashMap::new();
    let mut governed: HashSet<&str> = HashSet::new();
    let mut faults = Vec::new();
    for CsvLine { line, row } in units {
        let mut say = |reason: String| faults.push(fault(file, *line, &reason));
        for text in [Some(&row.code), Some(&row.name), row.alias.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Some(earlier) = names.insert(text, *line).filter(|earlier| earlier != line) {
                say(format!("“{text}”与第 {earlier} 行重复"));
            }
        }
        if row
            .parent
            .as_deref()
            .is_some_and(|parent| !codes.contains(parent))
        {
            say("上级单位不在名单里".to_owned());
        }
        if row
            .county
            .as_deref()
            .is_some_and(|county| !counties.contains(county))
        {
            say("没有这个区县".to_owned());
        }
        if row
            .township
            .as_deref()
            .is_some_and(|township| !townships.contains(township))
        {
            say("没有这个乡镇街道".to_owned());
        }
        if row.level == UnitLevel::CountyGovernment {
            governed.extend(row.county.as_deref());
        }
    }
    for county in counties.iter().filter(|county| !governed.contains(*county)) {
        faults.push(fault(
            file,
            0,
            &format!("区县 {county} 没有政府单位（county_government）"),
        ));
    }
    faults
}
