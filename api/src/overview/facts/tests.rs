//! The counted facts of an order, row by row.

use entity::ids::{DeadlineId, OrderId, PersonId, VerdictId};
use entity::kinds::{CategorySource, ContentCheck, PlaceRelation, SupervisionLevel};
use serde_json::json;

use super::*;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn at(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

fn order() -> order::Model {
    let now = at("2025-09-08T09:20:00+08:00");
    order::Model {
        id: OrderId::generate(),
        number: "T20250908000001".to_owned(),
        channel: Channel::Snap,
        status: Status::InProgress,
        round: 1,
        version: 1,
        light: Light::Green,
        description: "路面塌陷".to_owned(),
        category_code: None,
        category_source: CategorySource::Unknown,
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
        dispatch: json!({}),
        difficult: false,
        tracked: false,
        committee: None,
        kind: None,
        supervision_level: SupervisionLevel::None,
        wants_follow_up: true,
        occurred_at: None,
        site_id: None,
        call_id: None,
        returns: 0,
        extensions_granted: 0,
        dissatisfied_count: 0,
        due_at: None,
        stage_since: now,
        merged_into: None,
        created_at: now,
        updated_at: now,
        dispatched_at: None,
        accepted_at: None,
        replied_at: None,
        closed_at: None,
        content_check: ContentCheck::Pass,
        import_id: None,
        emergency: None,
    }
}

fn clock(kind: ClockKind, due: &str, stopped: Option<&str>, light: Light) -> deadline::Model {
    deadline::Model {
        id: DeadlineId::generate(),
        order_id: OrderId::generate(),
        round: 1,
        kind,
        started_at: at("2025-09-08T09:20:00+08:00"),
        due_at: at(due),
        stopped_at: stopped.map(at),
        light,
        next_change_at: None,
        turned_yellow_at: None,
        turned_red_at: None,
        provisional: false,
        explanation: json!({}),
        created_at: at("2025-09-08T09:20:00+08:00"),
    }
}

fn verdict(round: i32, result: Satisfaction) -> verdict::Model {
    verdict::Model {
        id: VerdictId::generate(),
        order_id: OrderId::generate(),
        round,
        person_id: PersonId::generate(),
        given_by: PersonId::generate(),
        result,
        process: None,
        solved: Solved::Partly,
        comment: None,
        created_at: at("2025-09-10T23:59:00+08:00"),
    }
}

fn counted(order: &order::Model, clocks: &[deadline::Model], verdicts: &[verdict::Model]) -> OrderFacts {
    let rows = OrderRows {
        order,
        clocks,
        verdicts,
        demands: 0,
        group: None,
    };
    OrderFacts::of(&rows, ZONE)
}

fn told(facts: &OrderFacts) -> Vec<(String, OutcomeKind)> {
    facts
        .outcomes
        .iter()
        .map(|outcome| (outcome.on.to_string(), outcome.what))
        .collect()
}

#[test]
fn a_clock_is_decided_when_it_stops_or_runs_out() {
    // Kind, due, stopped, light; the day and whether it was met.
    let due = "2025-09-12T00:00:00+08:00";
    for (stopped, light, expected) in [
        // Still running: nothing is known yet.
        (None, Light::Yellow, None),
        (
            Some("2025-09-09T08:00:00+08:00"),
            Light::Green,
            Some(("2025-09-09", true)),
        ),
        // To the second.
        (Some(due), Light::Green, Some(("2025-09-12", true))),
        // Stopped too late: missed on the day it was due, the 11th until 24:00.
        (
            Some("2025-09-15T08:00:00+08:00"),
            Light::Red,
            Some(("2025-09-11", false)),
        ),
        (None, Light::Red, Some(("2025-09-11", false))),
    ] {
        let clocks = [clock(ClockKind::Resolution, due, stopped, light)];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(on, met)| (on.to_owned(), OutcomeKind::Resolution { met }))
            .collect();
        assert_eq!(
            told(&counted(&order(), &clocks, &[])),
            expected,
            "{stopped:?} {light}"
        );
    }
}

#[test]
fn a_supplementary_clock_is_in_no_rate() {
    let clocks = [clock(
        ClockKind::Supplementary,
        "2025-09-12T00:00:00+08:00",
        None,
        Light::Red,
    )];
    assert!(counted(&order(), &clocks, &[]).outcomes.is_empty());
}

#[test]
fn a_withdrawn_or_merged_matter_says_nothing_about_the_unit() {
    let clocks = [clock(
        ClockKind::Response,
        "2025-09-09T09:20:00+08:00",
        Some("2025-09-08T10:00:00+08:00"),
        Light::Green,
    )];
    let cancelled = order::Model {
        status: Status::Cancelled,
        ..order()
    };
    assert!(counted(&cancelled, &clocks, &[]).outcomes.is_empty());
    let merged = order::Model {
        status: Status::Closed,
        merged_into: Some(OrderId::generate()),
        closed_at: Some(at("2025-09-09T10:00:00+08:00")),
        ..order()
    };
    assert!(counted(&merged, &clocks, &[]).outcomes.is_empty());
}

#[test]
fn a_closing_without_a_verdict_in_its_last_round_is_unrated() {
    let closed = order::Model {
        status: Status::Closed,
        round: 2,
        closed_at: Some(at("2025-09-20T10:00:00+08:00")),
        ..order()
    };
    let first = verdict(1, Satisfaction::Dissatisfied);
    let dissatisfied = OutcomeKind::Verdict {
        result: Satisfaction::Dissatisfied,
        solved: Solved::Partly,
    };
    assert_eq!(
        told(&counted(&closed, &[], std::slice::from_ref(&first))),
        [
            ("2025-09-10".to_owned(), dissatisfied),
            ("2025-09-20".to_owned(), OutcomeKind::Closed),
            ("2025-09-20".to_owned(), OutcomeKind::Unrated),
        ]
    );
    let both = [first, verdict(2, Satisfaction::Satisfied)];
    let facts = counted(&closed, &[], &both);
    assert!(
        facts
            .outcomes
            .iter()
            .all(|outcome| outcome.what != OutcomeKind::Unrated)
    );
}

#[test]
fn facts_are_read_back_as_they_were_kept() {
    let facts = counted(
        &order(),
        &[clock(
            ClockKind::Response,
            "2025-09-09T09:20:00+08:00",
            None,
            Light::Red,
        )],
        &[verdict(1, Satisfaction::Satisfied)],
    );
    let kept = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<OrderFacts>(&kept).unwrap(), facts);
    assert_eq!(facts.area, NOWHERE);
    assert_eq!(facts.since, at("2025-09-08T09:00:00+08:00"));
}
