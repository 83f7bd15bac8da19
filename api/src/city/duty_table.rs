//! Pure: 派单目录: category × area → unit.
//!
//! The most specific row wins: a township before a county before a functional zone before the whole city; then the
//! exact category before its first-level category before any; then precedence. Two rows that say the same with equal
//! weight are refused when the table is built, so that nothing is ever settled by luck.

use std::collections::HashMap;

use entity::ids::UnitId;
use entity::kinds::ScopeKind;

/// One row: for this category in this scope, that unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A category's code, a first-level code, or `*`.
    pub category: String,
    pub scope: ScopeKind,
    /// A township's or county's code, a zone's name, or `*` for the city.
    pub scope_code: String,
    pub lead: UnitId,
    pub supports: Vec<UnitId>,
    pub precedence: i32,
    /// The source of the row: file and line.
    pub source: String,
}

/// Two rows between which only luck could decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    pub first: String,
    pub second: String,
}

/// Where the matter is, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DutyLocation {
    pub township: Option<String>,
    pub county: Option<String>,
    pub zone: Option<String>,
}

/// The result of a lookup: the deciding row, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    ByRule(&'a Rule),
    /// 属地兜底: the county government of the place.
    CountyFallback(UnitId),
    /// No row and no county: an operator decides.
    Triage,
}

/// The wildcard of a category, and of the city's scope code.
pub const ANY: &str = "*";

#[derive(Clone, Debug, Default)]
pub struct DutyTable {
    rules: HashMap<(ScopeKind, String, String), Rule>,
    governments: HashMap<String, UnitId>,
}

impl DutyTable {
    /// Builds the table; `governments` is each county's own, for the fallback.
    pub fn build(rules: Vec<Rule>, governments: HashMap<String, UnitId>) -> Result<Self, Vec<Tie>> {
        let mut table: HashMap<_, Rule> = HashMap::with_capacity(rules.len());
        let mut ties: HashMap<_, Tie> = HashMap::new();
        for rule in rules {
            let key = (rule.scope, rule.scope_code.clone(), rule.category.clone());
            match table.get(&key) {
                Some(held) if held.precedence > rule.precedence => {}
                Some(held) if held.precedence == rule.precedence => {
                    ties.insert(
                        key,
                        Tie {
                            first: held.source.clone(),
                            second: rule.source,
                        },
                    );
                }
                _ => {
                    // A row of higher precedence settles what was a tie below it.
                    ties.remove(&key);
                    table.insert(key, rule);
                }
            }
        }
        if ties.is_empty() {
            Ok(Self {
                rules: table,
                governments,
            })
        } else {
            Err(ties.into_values().collect())
        }
    }

    /// Decides. `category` is a second-level code, `parent` its first-level code.
    #[must_use]
    pub fn decide(&self, category: &str, parent: &str, place: &DutyLocation) -> Decision<'_> {
        let scopes = [
            (ScopeKind::Township, place.township.as_deref()),
            (ScopeKind::County, place.county.as_deref()),
            (ScopeKind::Zone, place.zone.as_deref()),
            (ScopeKind::City, place.county.as_deref().map(|_| ANY)),
        ];
        let known = scopes
            .into_iter()
            .filter_map(|(scope, code)| Some((scope, code?)));
        for (scope, code) in known {
            for wanted in [category, parent, ANY] {
                if let Some(rule) = self.rules.get(&(scope, code.to_owned(), wanted.to_owned())) {
                    return Decision::ByRule(rule);
                }
            }
        }
        let government = place
            .county
            .as_ref()
            .and_then(|county| self.governments.get(county));
        government.map_or(Decision::Triage, |unit| Decision::CountyFallback(*unit))
    }

    /// The rows that count, in no order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// 派到哪里的理由, as a person reads it.
#[must_use]
pub fn reason(decision: &Decision<'_>) -> &'static str {
    match decision {
        Decision::ByRule(rule) => match rule.scope {
            ScopeKind::Township => "派单目录：按乡镇（街道）",
            ScopeKind::County => "派单目录：按县区",
            ScopeKind::Zone => "派单目录：按功能区",
            ScopeKind::City => "派单目录：全市统一",
        },
        Decision::CountyFallback(_) => "派单目录没有对应条目，由属地县区政府兜底",
        Decision::Triage => "没有可用的派单依据，由坐席人工分派",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(category: &str, scope: ScopeKind, code: &str, lead: UnitId) -> Rule {
        let source = format!("{category}/{scope}/{code}");
        Rule {
            category: category.into(),
            scope,
            scope_code: code.into(),
            lead,
            supports: vec![],
            precedence: 0,
            source,
        }
    }

    fn place(township: &str, county: &str, zone: &str) -> DutyLocation {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        DutyLocation {
            township: some(township),
            county: some(county),
            zone: some(zone),
        }
    }

    /// Every row of the ladder, and the fallback below it.
    #[test]
    fn the_most_specific_row_wins() {
        let [town, county, zone, city, all, government] = std::array::from_fn(|_| UnitId::generate());
        let rules = vec![
            rule("0101", ScopeKind::City, ANY, city),
            rule("0101", ScopeKind::Township, "T1", town),
            rule("0101", ScopeKind::Zone, "Z1", zone),
            rule("0101", ScopeKind::County, "C1", county),
            rule("01", ScopeKind::County, "C2", all),
        ];
        // Whatever order the rows come in.
        for turn in 0..rules.len() {
            let mut turned = rules.clone();
            turned.rotate_left(turn);
            let table = DutyTable::build(turned, HashMap::from([("C9".to_owned(), government)])).unwrap();
            for (place, category, wanted) in [
                (place("T1", "C1", "Z1"), "0101", Some(town)),   // township
                (place("T2", "C1", "Z1"), "0101", Some(county)), // county, though the zone has a row too
                (place("", "C9", "Z1"), "0101", Some(zone)),     // zone
                (place("", "C9", ""), "0101", Some(city)),       // city
                (place("", "C2", ""), "0199", Some(all)),        // first-level category
                (place("", "C9", ""), "0299", Some(government)), // 属地兜底
                (place("", "C8", ""), "0299", None),             // a county without government: triage
                (place("", "", ""), "0101", None),               // unknown place: triage
            ] {
                let lead = match table.decide(category, &category[..2], &place) {
                    Decision::ByRule(rule) => Some(rule.lead),
                    Decision::CountyFallback(unit) => Some(unit),
                    Decision::Triage => None,
                };
                assert_eq!(lead, wanted, "{category} {place:?}");
            }
        }
    }

    #[test]
    fn a_tie_is_refused_and_names_both_rows() {
        let rows = |low: i32, high: i32| {
            let row = |precedence, source: &str| Rule {
                precedence,
                source: source.to_owned(),
                ..rule("0101", ScopeKind::City, ANY, UnitId::generate())
            };
            vec![row(low, "line 2"), row(high, "line 7")]
        };
        let ties = DutyTable::build(rows(0, 0), HashMap::new()).unwrap_err();
        assert_eq!(
            ties,
            [Tie {
                first: "line 2".to_owned(),
                second: "line 7".to_owned()
            }]
        );
        assert_eq!(DutyTable::build(rows(0, 1), HashMap::new()).unwrap().len(), 1);
    }
}
