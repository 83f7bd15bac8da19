//! Pure: the row of a past order in `orders`, and of its photos.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{ContentCheck, Datum, Light, Satisfaction, Status, SupervisionLevel};
use entity::{order, order_photo};
use serde_json::json;

use super::past_order::PastOrder;
use crate::deadlines::DeadlineRules;
use crate::stored_json::StoredJson as _;

/// The context of an import: the file, the placeholder for unknown people, and the rules of the city.
#[derive(Clone, Copy)]
pub struct ImportContext<'a> {
    pub import: i64,
    /// Wrote the replies, where the file does not say who did.
    pub unknown_person: PersonId,
    pub rules: DeadlineRules<'a>,
    /// The moment as of which clocks show their light.
    pub now: DateTime<Utc>,
}

/// The order as its last round leaves it; light and due time follow from the clocks.
pub fn order_row(past: &PastOrder, id: OrderId, context: ImportContext<'_>) -> order::Model {
    let last = past.rounds.last();
    let dissatisfied = past.rounds.iter().filter_map(|round| round.verdict.as_ref());
    let dissatisfied = dissatisfied.filter(|verdict| verdict.result == Satisfaction::Dissatisfied);
    let dissatisfied = i32::try_from(dissatisfied.count()).unwrap_or(i32::MAX);
    let status = status(past);
    let since = past.closed_at.or(last.and_then(|round| {
        let steps = [round.replied_at, round.accepted_at, Some(round.dispatched_at)];
        steps.into_iter().flatten().next()
    }));
    let issued = past.supervision.iter().map(|issued| issued.level);
    let place = &past.place;
    order::Model {
        id,
        number: past.number.clone(),
        channel: past.channel,
        status,
        round: i32::try_from(past.rounds.len()).unwrap_or(1).max(1),
        version: 1,
        light: Light::Green,
        description: past.description.clone(),
        category_code: past.category.code.clone(),
        category_source: past.category.source,
        category_confidence: past.category.confidence,
        reporter_id: past.reporter,
        filed_by: None,
        confidential: false,
        longitude: place.point.map(|point| point.longitude),
        latitude: place.point.map(|point| point.latitude),
        given_longitude: place.point.map(|point| point.longitude),
        given_latitude: place.point.map(|point| point.latitude),
        given_datum: place.point.map(|_| Datum::Wgs84),
        accuracy_m: None,
        address: place.address.clone(),
        boundary_set_id: place.boundary_set,
        area_code: place.county.clone(),
        township_code: place.township.clone(),
        zone: place.zone.clone(),
        place_relation: place.relation,
        unit_id: past.unit,
        dispatch: past.dispatch.to_stored(),
        difficult: dissatisfied > 0,
        tracked: false,
        committee: None,
        kind: None,
        supervision_level: issued.max().unwrap_or(SupervisionLevel::None),
        wants_follow_up: true,
        occurred_at: None,
        site_id: None,
        call_id: None,
        returns: 0,
        extensions_granted: last.map_or(0, |round| i32::try_from(round.extended_by.len()).unwrap_or(0)),
        dissatisfied_count: dissatisfied,
        due_at: None,
        stage_since: since.unwrap_or(past.submitted_at),
        merged_into: None,
        created_at: past.submitted_at,
        updated_at: since.unwrap_or(past.submitted_at),
        dispatched_at: last.map(|round| round.dispatched_at),
        accepted_at: last.and_then(|round| round.accepted_at),
        replied_at: last.and_then(|round| round.replied_at),
        closed_at: past.closed_at,
        content_check: ContentCheck::Pass,
        import_id: Some(context.import),
        emergency: None,
    }
}

fn status(past: &PastOrder) -> Status {
    let last = past.rounds.last();
    match (past.closed_at, past.unit, last) {
        (Some(_), _, _) => Status::Closed,
        (None, None, _) | (None, _, None) => Status::Triage,
        (None, Some(_), Some(round)) => match (round.replied_at, round.accepted_at) {
            (Some(_), _) => Status::Replied,
            (None, Some(_)) => Status::InProgress,
            (None, None) => Status::Dispatched,
        },
    }
}

pub fn photo_rows(past: &PastOrder, order: OrderId) -> Vec<order_photo::Model> {
    let rows = past.photos.iter().map(|(photo, role)| order_photo::Model {
        order_id: order,
        photo_id: *photo,
        role: *role,
        round: 1,
        flags: json!([]),
        added_by: Some(past.reporter),
        added_at: past.submitted_at,
    });
    rows.collect()
}
