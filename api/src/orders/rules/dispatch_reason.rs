//! Pure: why an order went to its unit, or to the operators, as `orders.dispatch` stores it.

use entity::kinds::ScopeKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Refusal as _;
use crate::stored_json::{FIRST_VERSION, StoredJson, Unreadable};

fn first_version() -> u32 {
    FIRST_VERSION
}

impl StoredJson for DispatchReason {
    const COLUMNS: &'static [&'static str] = &["orders.dispatch"];
    const LABEL: &'static str = "派单理由";
}

/// The stored reason. Every field but the reason may be missing in an old row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchReason {
    #[serde(default = "first_version")]
    pub version: u32,
    /// The row of the duty table as file and line, or `county_fallback`, `site`, `operator`, `import`; `None` if no
    /// rule decided.
    #[serde(default)]
    pub rule: Option<String>,
    /// The sentence for people.
    #[serde(default)]
    pub reason: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub scope: Option<RuleScope>,
    /// Neighbours, where the point is near a border.
    #[serde(default)]
    pub candidates: Vec<NearbyArea>,
    /// Townships that the words may mean, the surest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<NamedTownship>,
    /// 终审派单: the unit may not return it.
    #[serde(default, rename = "final", skip_serializing_if = "is_false")]
    pub is_final: bool,
}

/// The scope of the deciding row of the duty table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleScope {
    pub scope: ScopeKind,
    pub scope_code: String,
    pub rule_category: String,
}

/// An area beside the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearbyArea {
    pub code: String,
    pub name: String,
    /// Whole metres: databases round what is finer.
    pub distance_m: i64,
}

/// A township that the words may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedTownship {
    pub township: String,
    pub name: String,
    pub county: String,
    pub percent: i64,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl DispatchReason {
    #[must_use]
    pub fn new(rule: Option<&str>, reason: impl Into<String>, candidates: Vec<NearbyArea>) -> Self {
        Self {
            version: Self::VERSION,
            rule: rule.map(str::to_owned),
            reason: reason.into(),
            scope: None,
            candidates,
            told: Vec::new(),
            is_final: false,
        }
    }

    /// Reads a stored reason. One that a newer release wrote says so in its sentence; one that cannot be read is empty.
    /// The order is shown either way.
    #[must_use]
    pub fn read(stored: &Value) -> Self {
        Self::from_stored(stored).unwrap_or_else(|unreadable| {
            let said = match unreadable {
                Unreadable::Newer(_) => unreadable.detail(),
                Unreadable::Damaged(_) => String::new(),
            };
            Self::new(None, said, Vec::new())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_earlier_releases_are_still_read() {
        let near = json!([{ "code": "410305", "name": "涧西区", "distance_m": 40 }]);
        let by_rule = DispatchReason::read(&json!({
            "rule": "duty.csv:17", "reason": "按县区", "scope": "county", "scope_code": "410305",
            "rule_category": "0101", "candidates": near,
        }));
        assert_eq!(
            (by_rule.version, by_rule.rule.as_deref()),
            (1, Some("duty.csv:17"))
        );
        assert_eq!(by_rule.scope.unwrap().scope, ScopeKind::County);
        assert_eq!(by_rule.candidates.first().unwrap().distance_m, 40);
        let triage = DispatchReason::read(&json!({
            "rule": null, "reason": "事项类别未知", "candidates": [],
            "told": [{ "township": "410305001", "name": "湖北路街道", "county": "410305", "percent": 80 }],
        }));
        assert_eq!((triage.rule, triage.told.first().unwrap().percent), (None, 80));
        let by_hand = DispatchReason::read(&json!({ "rule": "operator", "reason": "属地", "final": true }));
        assert!(by_hand.is_final && by_hand.candidates.is_empty());
        assert_eq!(DispatchReason::read(&json!({})).reason, "");
        assert_eq!(DispatchReason::read(&json!("nothing")).rule, None);
        let newer = DispatchReason::read(&json!({ "version": 2, "rule": "operator", "reason": "属地" }));
        assert_eq!((newer.rule, newer.reason.contains("较新版本")), (None, true));
    }

    #[test]
    fn the_stored_form_is_fixed() {
        let mut reason = DispatchReason::new(Some("operator"), "属地", Vec::new());
        reason.is_final = true;
        let stored = json!({
            "version": 1, "rule": "operator", "reason": "属地", "candidates": [], "final": true,
        });
        assert_eq!(reason.to_stored(), stored);
        assert_eq!(DispatchReason::read(&stored), reason);
    }
}
