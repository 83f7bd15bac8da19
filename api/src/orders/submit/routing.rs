//! Determines the unit from place and category, and keeps the reason.

use entity::ids::{BoundarySetId, UnitId};
use entity::kinds::{CategorySource, PlaceRelation};

use crate::city::categories::suggest::Suggestion;
use crate::city::duty_table::{Decision, DutyLocation, reason};
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::City;
use crate::orders::rules::dispatch_reason::{DispatchReason, NamedTownship, NearbyArea, RuleScope};
use crate::place_kinds::place_relation;
use places::datum::Wgs84;

/// More places than this in one text are no help to an operator.
const MAX_PLACE_MATCHES: usize = 5;

/// Where the matter is, as the city's boundaries say it now.
#[derive(Clone, Debug)]
pub struct ResolvedPlace {
    pub boundary_set: Option<BoundarySetId>,
    pub relation: PlaceRelation,
    pub county: Option<String>,
    pub township: Option<String>,
    pub zone: Option<String>,
    /// Neighbours, where the point is near a border.
    pub candidates: Vec<NearbyArea>,
    /// Townships that the words may mean, the surest first.
    pub told: Vec<NamedTownship>,
}

/// The category of a matter, and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedCategory {
    pub code: Option<String>,
    pub source: CategorySource,
    pub confidence: Option<f64>,
}

/// Which unit gets it; none means that an operator decides.
#[derive(Clone, Debug)]
pub struct Routing {
    pub unit: Option<UnitId>,
    pub supports: Vec<UnitId>,
    pub explanation: DispatchReason,
}

/// Resolves a place given by a point, by words, or by both.
#[must_use]
pub fn resolve(city: &City, point: Option<Wgs84>, accuracy_m: Option<f64>, words: &str) -> ResolvedPlace {
    let located = point.map(|point| city.locate(point, accuracy_m));
    let county = located.as_ref().and_then(|located| located.division);
    let relation = located
        .as_ref()
        .map_or(PlaceRelation::Unknown, |located| place_relation(located.relation));
    let candidates = located.as_ref().map_or_else(Vec::new, |located| {
        let shown = |candidate: &places::lookup::Candidate<'_>| NearbyArea {
            code: candidate.division.code.clone(),
            name: candidate.division.name.clone(),
            distance_m: candidate.distance_m.round() as i64,
        };
        located.candidates.iter().map(shown).collect()
    });
    // A point outside of the city is not brought back into it by a name in the text.
    let outside = relation == PlaceRelation::Outside;
    let named = county.map(|county| county.code.as_str()).or_else(|| {
        let by_words = located.is_none().then(|| county_in(city, words));
        by_words.flatten()
    });
    let told = if outside {
        Vec::new()
    } else {
        city.words.matches(words, named)
    };
    let sure = told.first();
    let township = sure
        .filter(|meant| meant.confidence >= city.dispatch.min_confidence)
        .map(|meant| meant.township);
    let told = told.iter().take(MAX_PLACE_MATCHES).map(|meant| NamedTownship {
        township: meant.township.code.clone(),
        name: meant.township.name.clone(),
        county: meant.township.county.clone(),
        percent: (meant.confidence * 100.0).round() as i64,
    });
    let told = told.collect();
    let county = named
        .map(str::to_owned)
        .or_else(|| township.map(|township| township.county.clone()));
    ResolvedPlace {
        boundary_set: located.is_some().then_some(city.boundary_set),
        relation,
        county,
        township: township.map(|township| township.code.clone()),
        zone: township.and_then(|township| township.zone.clone()),
        candidates,
        told,
    }
}

/// The one county that the words name in full.
fn county_in<'a>(city: &'a City, words: &str) -> Option<&'a str> {
    let mut named = city
        .counties
        .divisions()
        .iter()
        .filter(|county| words.contains(&county.name));
    match (named.next(), named.next()) {
        (Some(county), None) => Some(&county.code),
        _ => None,
    }
}

/// Reason for which only a person may dispatch the order, whatever the duty table or the site says.
#[must_use]
pub fn person_needed(
    city: &City,
    kind: &ResolvedCategory,
    emergency: Option<&EmergencyView>,
) -> Option<&'static str> {
    if emergency.is_some() {
        return Some("文字像是紧急情况，由坐席人工处理");
    }
    let category = kind.code.as_deref().and_then(|code| city.categories.find(code))?;
    let is_manual = |code: &str| {
        city.dispatch
            .manual_categories
            .iter()
            .any(|manual| manual == code)
    };
    let manual = is_manual(&category.code) || category.parent.as_deref().is_some_and(is_manual);
    manual.then_some("该类事项不自动派单，由坐席受理、转办或答复")
}

/// The category as chosen, or as the text suggests most.
#[must_use]
pub fn kind(chosen: Option<&str>, source: CategorySource, suggested: Option<Suggestion>) -> ResolvedCategory {
    if let Some(code) = chosen {
        return ResolvedCategory {
            code: Some(code.to_owned()),
            source,
            confidence: None,
        };
    }
    suggested.map_or(
        ResolvedCategory {
            code: None,
            source: CategorySource::Unknown,
            confidence: None,
        },
        |best| ResolvedCategory {
            code: Some(best.code),
            source: CategorySource::Suggested,
            confidence: Some(best.confidence),
        },
    )
}

/// Dispatches by the duty table. A suggestion below the confidence limit goes to an operator rather than to a wrong
/// unit.
#[must_use]
pub fn route(city: &City, place: &ResolvedPlace, kind: &ResolvedCategory) -> Routing {
    let unsure = kind
        .confidence
        .is_some_and(|confidence| confidence < city.dispatch.min_confidence);
    let category = kind.code.as_deref().and_then(|code| city.categories.find(code));
    let Some(category) = category.filter(|_| !unsure) else {
        let reason = if unsure {
            "文字判断不出事项类别，由坐席派单"
        } else {
            "事项类别未知，由坐席派单"
        };
        return triage(place, reason);
    };
    let where_it_is = DutyLocation {
        township: place.township.clone(),
        county: place.county.clone(),
        zone: place.zone.clone(),
    };
    let parent = category.parent.as_deref().unwrap_or_default();
    let decision = city.duty.decide(&category.code, parent, &where_it_is);
    let told = reason(&decision);
    match decision {
        Decision::ByRule(rule) => Routing {
            unit: Some(rule.lead),
            supports: rule.supports.clone(),
            explanation: DispatchReason {
                scope: Some(RuleScope {
                    scope: rule.scope,
                    scope_code: rule.scope_code.clone(),
                    rule_category: rule.category.clone(),
                }),
                ..DispatchReason::new(Some(&rule.source), told, place.candidates.clone())
            },
        },
        Decision::CountyFallback(unit) => Routing {
            unit: Some(unit),
            supports: Vec::new(),
            explanation: DispatchReason::new(Some("county_fallback"), told, place.candidates.clone()),
        },
        Decision::Triage => triage(place, told),
    }
}

/// Leaves the order to an operator.
#[must_use]
pub fn triage(place: &ResolvedPlace, reason: &str) -> Routing {
    Routing {
        unit: None,
        supports: Vec::new(),
        explanation: DispatchReason {
            told: place.told.clone(),
            ..DispatchReason::new(None, reason, place.candidates.clone())
        },
    }
}

/// The unit that a site, or an operator, names instead of the table.
#[must_use]
pub fn route_to(unit: UnitId, rule: &str, reason: &str, place: &ResolvedPlace) -> Routing {
    Routing {
        unit: Some(unit),
        supports: Vec::new(),
        explanation: DispatchReason::new(Some(rule), reason, place.candidates.clone()),
    }
}
