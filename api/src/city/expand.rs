//! Pure: duty rows with patterns (`county:*`, `government`, `bureau:CG`) written out: one rule for each place.

use std::collections::HashMap;

use entity::kinds::{ScopeKind, UnitLevel};

use crate::city::csv_rows::{self, DutyRow, UnitRow};
use crate::city::duty_table::ANY;
use crate::city::units::Unit;

/// The places and units that patterns run over.
pub struct ExpansionContext<'a> {
    pub counties: Vec<&'a str>,
    /// Township and its county.
    pub townships: Vec<(&'a str, &'a str)>,
    pub units: Vec<UnitRef<'a>>,
}

/// As much of a unit as a pattern looks at.
pub struct UnitRef<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub level: UnitLevel,
    pub county: Option<&'a str>,
    pub township: Option<&'a str>,
}

/// A duty row without patterns; units by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandedRule {
    pub category: String,
    pub scope: ScopeKind,
    pub scope_code: String,
    pub lead: String,
    pub supports: Vec<String>,
    pub precedence: i32,
}

/// One place that a row's scope covers.
struct CoveredPlace<'a> {
    code: &'a str,
    county: Option<&'a str>,
    township: Option<&'a str>,
}

impl<'a> UnitRef<'a> {
    #[must_use]
    pub fn of_row(row: &'a UnitRow) -> Self {
        Self {
            code: &row.code,
            name: &row.name,
            level: row.level,
            county: row.county.as_deref(),
            township: row.township.as_deref(),
        }
    }

    #[must_use]
    pub fn of_unit(unit: &'a Unit) -> Self {
        Self {
            code: &unit.code,
            name: &unit.name,
            level: unit.level,
            county: unit.county.as_deref(),
            township: unit.township.as_deref(),
        }
    }
}

impl ExpansionContext<'_> {
    /// One rule for each place that the row covers; the reason when it covers what is not there.
    pub fn expand(&self, row: &DutyRow) -> Result<Vec<ExpandedRule>, String> {
        let (scope, code) =
            csv_rows::scope(&row.scope).ok_or_else(|| format!("看不懂范围“{}”", row.scope))?;
        let units = self.by_text();
        let rule = |place: CoveredPlace<'_>| {
            let unit = |text: &str| self.meant(&units, text, &place);
            let supports = row.supports.as_deref().unwrap_or_default().split_whitespace();
            Ok(ExpandedRule {
                category: row.category.clone(),
                scope,
                scope_code: place.code.to_owned(),
                lead: unit(&row.lead)?,
                supports: supports.map(unit).collect::<Result<_, String>>()?,
                precedence: row.precedence,
            })
        };
        self.covered(scope, code)?.into_iter().map(rule).collect()
    }

    fn covered<'s>(&'s self, scope: ScopeKind, code: &'s str) -> Result<Vec<CoveredPlace<'s>>, String> {
        let wanted = |here: &str| code == ANY || here == code;
        let places: Vec<_> = match scope {
            ScopeKind::County => {
                let counties = self.counties.iter().filter(|county| wanted(county));
                counties
                    .map(|county| CoveredPlace {
                        code: county,
                        county: Some(county),
                        township: None,
                    })
                    .collect()
            }
            ScopeKind::Township => {
                let townships = self.townships.iter().filter(|(township, _)| wanted(township));
                let covered = |(township, county): &(&'s str, &'s str)| CoveredPlace {
                    code: township,
                    county: Some(county),
                    township: Some(township),
                };
                townships.map(covered).collect()
            }
            ScopeKind::Zone | ScopeKind::City => vec![CoveredPlace {
                code,
                county: None,
                township: None,
            }],
        };
        if places.is_empty() {
            return Err(format!("没有 {scope}:{code} 这个范围"));
        }
        Ok(places)
    }

    /// Units by code, and by name where no code is in the way.
    fn by_text(&self) -> HashMap<&str, &UnitRef<'_>> {
        let named = self.units.iter().map(|unit| (unit.name, unit));
        let coded = self.units.iter().map(|unit| (unit.code, unit));
        named.chain(coded).collect()
    }

    /// The code of the unit that a row means at a place.
    fn meant(
        &self,
        units: &HashMap<&str, &UnitRef<'_>>,
        text: &str,
        place: &CoveredPlace<'_>,
    ) -> Result<String, String> {
        let at = |level, matches: &dyn Fn(&UnitRef<'_>) -> bool| {
            self.units
                .iter()
                .find(|unit| unit.level == level && matches(unit))
        };
        let found = match (text.split_once(':'), place.county) {
            (Some(("bureau", suffix)), Some(county)) => {
                units.get(format!("B{county}{suffix}").as_str()).copied()
            }
            (None, Some(county)) if text == "government" => {
                at(UnitLevel::CountyGovernment, &|unit| unit.county == Some(county))
            }
            (None, _) if text == "office" && place.township.is_some() => {
                at(UnitLevel::StreetOffice, &|unit| unit.township == place.township)
            }
            _ => units.get(text).copied(),
        };
        found
            .map(|unit| unit.code.to_owned())
            .ok_or_else(|| format!("{}没有单位 {text}", place.county.unwrap_or("全市")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(code: &'static str, level: UnitLevel, county: Option<&'static str>) -> UnitRef<'static> {
        UnitRef {
            code,
            name: code,
            level,
            county,
            township: (level == UnitLevel::StreetOffice).then_some("T1"),
        }
    }

    fn ground() -> ExpansionContext<'static> {
        ExpansionContext {
            counties: vec!["C1", "C2"],
            townships: vec![("T1", "C1")],
            units: vec![
                unit("D1", UnitLevel::CityBureau, None),
                unit("G1", UnitLevel::CountyGovernment, Some("C1")),
                unit("G2", UnitLevel::CountyGovernment, Some("C2")),
                unit("BC1CG", UnitLevel::CountyBureau, Some("C1")),
                unit("S1", UnitLevel::StreetOffice, Some("C1")),
            ],
        }
    }

    fn leads(scope: &str, lead: &str) -> Result<Vec<String>, String> {
        let row = DutyRow {
            category: "0101".into(),
            scope: scope.into(),
            lead: lead.into(),
            supports: None,
            precedence: 0,
        };
        Ok(ground().expand(&row)?.into_iter().map(|rule| rule.lead).collect())
    }

    #[test]
    fn a_pattern_becomes_one_rule_for_each_place() {
        assert_eq!(leads("county:*", "government").unwrap(), ["G1", "G2"]);
        assert_eq!(leads("county:C1", "bureau:CG").unwrap(), ["BC1CG"]);
        assert_eq!(leads("township:*", "office").unwrap(), ["S1"]);
        assert_eq!(leads("city", "D1").unwrap(), ["D1"]);
        assert_eq!(leads("county:*", "D1").unwrap(), ["D1", "D1"]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        assert_eq!(
            leads("county:*", "bureau:CG").unwrap_err(),
            "C2没有单位 bureau:CG"
        );
        assert_eq!(
            leads("county:C9", "government").unwrap_err(),
            "没有 county:C9 这个范围"
        );
        assert_eq!(
            leads("city", "government").unwrap_err(),
            "全市没有单位 government"
        );
        assert_eq!(leads("street:*", "D1").unwrap_err(), "看不懂范围“street:*”");
    }
}
