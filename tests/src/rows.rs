//! Rows that tests and measurements write without the API.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{CategorySource, Channel, ContentCheck, Light, PlaceRelation, Status, SupervisionLevel};
use entity::order;

/// A closed order of nobody, without a place, a category and words; callers set what they need.
#[must_use]
pub fn blank_order(at: DateTime<Utc>) -> order::Model {
    order::Model {
        id: OrderId::generate(),
        number: String::new(),
        channel: Channel::Snap,
        status: Status::Closed,
        round: 1,
        version: 1,
        light: Light::Green,
        description: String::new(),
        category_code: None,
        category_source: CategorySource::Chosen,
        category_confidence: None,
        reporter_id: PersonId::generate(),
        filed_by: None,
        confidential: false,
        longitude: None,
        latitude: None,
        given_longitude: None,
        given_latitude: None,
        given_datum: None,
        accuracy_m: None,
        address: None,
        boundary_set_id: None,
        area_code: None,
        township_code: None,
        zone: None,
        place_relation: PlaceRelation::Unknown,
        unit_id: None,
        dispatch: serde_json::json!({}),
        difficult: false,
        tracked: false,
        committee: None,
        kind: None,
        supervision_level: SupervisionLevel::Unit,
        wants_follow_up: false,
        occurred_at: None,
        site_id: None,
        call_id: None,
        returns: 0,
        extensions_granted: 0,
        dissatisfied_count: 0,
        due_at: None,
        stage_since: at,
        merged_into: None,
        created_at: at,
        updated_at: at,
        dispatched_at: None,
        accepted_at: None,
        replied_at: None,
        closed_at: Some(at),
        content_check: ContentCheck::Pass,
        import_id: None,
        emergency: None,
    }
}
