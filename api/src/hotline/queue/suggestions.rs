//! Pure: suggestions for the operator's dispatch.
//!
//! They are the unit proposed by the returning unit, and the duty table's units for the category and the likeliest
//! others: at the order's place, at the neighbours near a border, and at places named in its words.

use entity::ids::UnitId;
use entity::{order, order_return};

use crate::city::categories::suggest::Suggestion;
use crate::city::categories::two_matters::Matter;
use crate::city::duty_table::{Decision, DutyLocation, reason};
use crate::city::snapshot::City;
use crate::orders::rules::dispatch_reason::DispatchReason;

const MAX_UNITS: usize = 5;
const MAX_CATEGORIES: usize = 3;

/// A unit, and why it is thought of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub unit: UnitId,
    pub why: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposals {
    pub units: Vec<Proposed>,
    pub categories: Vec<Suggestion>,
    /// Two if the text tells of two matters, otherwise none.
    pub matters: Vec<Matter>,
}

/// `categories`: what the order's text may mean, the likeliest first.
#[must_use]
pub fn of(
    city: &City,
    order: &order::Model,
    returned: Option<&order_return::Model>,
    mut categories: Vec<Suggestion>,
) -> Proposals {
    categories.truncate(MAX_CATEGORIES);
    let mut units = Units {
        returned_by: returned.map(|returned| returned.unit_id),
        found: Vec::new(),
    };
    if let Some(unit) = returned.and_then(|returned| returned.proposed_unit_id) {
        units.add(unit, "退单单位建议".to_owned());
    }
    let own = order.category_code.as_deref();
    let suggested = categories.iter().map(|suggestion| suggestion.code.as_str());
    let places = places(order);
    for category in own.into_iter().chain(suggested.filter(|code| Some(*code) != own)) {
        for (place, neighbour) in &places {
            units.decide(city, category, place, neighbour.as_deref());
        }
    }
    let mut units = units.found;
    units.truncate(MAX_UNITS);
    Proposals {
        units,
        categories,
        matters: Vec::new(),
    }
}

/// Where it is judged to be, then where else it may be, by name.
fn places(order: &order::Model) -> Vec<(DutyLocation, Option<String>)> {
    let own = DutyLocation {
        township: order.township_code.clone(),
        county: order.area_code.clone(),
        zone: order.zone.clone(),
    };
    let stored = DispatchReason::read(&order.dispatch);
    let neighbours = stored.candidates.into_iter().filter_map(|near| {
        let elsewhere = order.area_code.as_deref() != Some(&near.code);
        let place = DutyLocation {
            county: Some(near.code),
            ..DutyLocation::default()
        };
        elsewhere.then_some((place, Some(near.name)))
    });
    let told = stored.told.into_iter().filter_map(|told| {
        let place = DutyLocation {
            township: Some(told.township),
            county: Some(told.county),
            zone: None,
        };
        (own.township != place.township).then_some((place, Some(told.name)))
    });
    let told: Vec<_> = told.collect();
    std::iter::once((own, None))
        .chain(neighbours)
        .chain(told)
        .collect()
}

struct Units {
    /// Not proposed again.
    returned_by: Option<UnitId>,
    found: Vec<Proposed>,
}

impl Units {
    fn add(&mut self, unit: UnitId, why: String) {
        if Some(unit) != self.returned_by && self.found.iter().all(|known| known.unit != unit) {
            self.found.push(Proposed { unit, why });
        }
    }

    fn decide(&mut self, city: &City, category: &str, place: &DutyLocation, neighbour: Option<&str>) {
        let Some(category) = city.categories.find(category) else {
            return;
        };
        let parent = category.parent.as_deref().unwrap_or_default();
        let decision = city.duty.decide(&category.code, parent, place);
        let unit = match &decision {
            Decision::ByRule(rule) => rule.lead,
            Decision::CountyFallback(unit) => *unit,
            Decision::Triage => return,
        };
        let place = neighbour.map_or_else(String::new, |name| format!("，可能在{name}"));
        self.add(unit, format!("{}（{}{place}）", reason(&decision), category.name));
    }
}
