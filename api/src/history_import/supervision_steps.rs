//! Pure: the steps of supervision orders in the history of a past order, each where its time puts it.

use chrono::{DateTime, Utc};
use entity::kinds::{ActorRole, EventAction, Visibility};

use super::past_order::PastOrder;
use super::step::Step;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::actor::Actor;
use crate::supervision::past::supervision_order::PastSupervisionOrder;

/// An act on a supervision order.
struct Act {
    at: DateTime<Utc>,
    action: EventAction,
    actor: Actor,
    note: Option<String>,
    detail: EventDetail,
}

/// Adds the steps of the order's supervision orders to its others, which are in the order of time.
pub fn add(steps: &mut Vec<Step>, past: &PastOrder, now: DateTime<Utc>) {
    for issued in &past.supervision {
        let end = past.closed_at.unwrap_or(now);
        for act in acts(issued, end) {
            insert(steps, act);
        }
    }
}

/// Puts the act after the last step that is not later. The order stays in the status of that step.
fn insert(steps: &mut Vec<Step>, act: Act) {
    let at = steps.partition_point(|step| step.at <= act.at);
    let Some(before) = at.checked_sub(1).and_then(|last| steps.get(last)) else {
        return;
    };
    let step = Step {
        action: act.action,
        actor: act.actor,
        at: act.at,
        from: Some(before.to),
        to: before.to,
        round: before.round,
        visibility: Visibility::Internal,
        note: act.note,
        detail: act.detail,
    };
    steps.insert(at, step);
}

/// Issued; reminded of, if the answer had not come by then; answered. `end`: when the order was closed, or now.
fn acts(issued: &PastSupervisionOrder, end: DateTime<Utc>) -> Vec<Act> {
    let number = || EventDetail::Number {
        number: issued.number.clone(),
    };
    let mut acts = vec![Act {
        at: issued.issue.at,
        action: EventAction::SupervisionOrder,
        actor: issued.issued_by.clone(),
        note: Some(issued.requirement.clone()),
        detail: EventDetail::SupervisionOrder {
            number: issued.number.clone(),
            due_at: issued.due_at,
        },
    }];
    let answer = issued.answer.as_ref();
    if issued.remind_at < answer.map_or(end, |answer| answer.at.min(end)) {
        acts.push(Act {
            at: issued.remind_at,
            action: EventAction::SupervisionOrderReminded,
            actor: Actor::system(),
            note: None,
            detail: number(),
        });
    }
    if let Some(answer) = answer {
        acts.push(Act {
            at: answer.at,
            action: EventAction::SupervisionOrderAnswered,
            actor: Actor {
                person: answer.by,
                role: ActorRole::Handler,
                unit: Some(issued.issue.unit),
                ..Actor::system()
            },
            note: Some(answer.text.clone()),
            detail: number(),
        });
    }
    acts
}
