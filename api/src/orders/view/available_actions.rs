//! The actor's available actions on an order, by the lifecycle table and the facts besides the status.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{ActorRole, AssignmentRole, AssignmentStatus, ClockKind, ExtensionStatus, Status};
use entity::{order, supervision_order};

use crate::city::snapshot::City;
use crate::deadlines::deadline_rows;
use crate::deadlines::extension::ExtensionRequest;
use crate::deadlines::returns::ReturnRequest;
use crate::orders::rules::access;
use crate::orders::rules::actor::Actor;
use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::orders::rules::lifecycle::{self, ActionGuards, ActorRelation};
use crate::orders::view::load::OrderContext;

/// A placeholder reason for rules that are only asked whether an action is allowed.
const PLACEHOLDER_REASON: &str = "?";

/// The names of the moves that are open to the actor.
#[must_use]
pub fn available_actions(
    city: &City,
    actor: &Actor,
    order: &order::Model,
    around: &OrderContext,
    now: DateTime<Utc>,
) -> Vec<String> {
    let standing = access::relation(actor, order, &around.known);
    let facts = facts(city, actor, order, around, now);
    let mut names = lifecycle::allowed_names(order.status, standing, facts);
    // A unit with a part takes it on first, as the unit in charge does with the whole.
    let part = around.known.non_lead_assignment(actor, order.round);
    let untaken = part.is_some_and(|part| part.status == AssignmentStatus::Open);
    if standing == ActorRelation::SupportUnit && untaken && names.contains(&"reply") {
        names.insert(0, "accept");
    }
    names.into_iter().map(str::to_owned).collect()
}

fn facts(
    city: &City,
    actor: &Actor,
    order: &order::Model,
    around: &OrderContext,
    now: DateTime<Utc>,
) -> ActionGuards {
    let merged = order.merged_into.is_some();
    let handler = actor.role == ActorRole::Handler;
    ActionGuards {
        may_return: handler && may_return(city, order, around, now),
        may_ask_extension: handler && may_ask_extension(city, order, around, now),
        extension_pending: around
            .extensions
            .iter()
            .any(|extension| extension.status == ExtensionStatus::Pending),
        may_reopen: !merged && may_reopen(city, order, now),
        may_judge: may_judge(city, order, around, now),
        merged,
        tracked: order.tracked,
        supervision_order_open: around
            .supervision
            .iter()
            .any(|issued| owes(issued) && Some(issued.unit_id) == actor.unit),
    }
}

/// Whether a delegate may still say that the problem is back.
#[must_use]
pub fn may_reopen(city: &City, order: &order::Model, now: DateTime<Utc>) -> bool {
    let days = TimeDelta::days(i64::from(city.policy.follow_up.reopen_days));
    order.status == Status::Closed && order.closed_at.is_some_and(|closed| now < closed + days)
}

/// Whether a verdict may be given: on the reply, or on an order that was closed as 未评价, as long as it may be reopened.
#[must_use]
pub fn may_judge(city: &City, order: &order::Model, around: &OrderContext, now: DateTime<Utc>) -> bool {
    let judged = |replied: DateTime<Utc>| around.verdicts.iter().any(|given| given.created_at >= replied);
    match order.status {
        Status::Replied => true,
        Status::Closed => {
            order.merged_into.is_none()
                && order.unit_id.is_some()
                && may_reopen(city, order, now)
                && order.replied_at.is_some_and(|replied| !judged(replied))
        }
        _ => false,
    }
}

/// Returns the facts for the rule of returns. Returns `None` if the unit has no assignment in this round.
#[must_use]
pub fn return_request<'a>(
    order: &order::Model,
    around: &OrderContext,
    reason: &'a str,
) -> Option<ReturnRequest<'a>> {
    let unit = order.unit_id?;
    let charge = around
        .known
        .assignments
        .iter()
        .rev()
        .find(|charge| charge.unit_id == unit && charge.role == AssignmentRole::Lead)?;
    let returned = around.returns.iter().filter(|past| past.unit_id == unit).count();
    Some(ReturnRequest {
        dispatched_to_unit_at: charge.created_at,
        returns_by_unit: u32::try_from(returned).unwrap_or(u32::MAX),
        final_dispatch: DispatchReason::read(&order.dispatch).is_final,
        reason,
        proposes_itself: false,
    })
}

fn may_return(city: &City, order: &order::Model, around: &OrderContext, now: DateTime<Utc>) -> bool {
    return_request(order, around, PLACEHOLDER_REASON)
        .is_some_and(|returning| city.deadline_rules().may_return(returning, now).is_ok())
}

fn may_ask_extension(city: &City, order: &order::Model, around: &OrderContext, now: DateTime<Utc>) -> bool {
    let clock = deadline_rows::running(&around.deadlines, ClockKind::Resolution);
    let Some(clock) = clock.and_then(|row| deadline_rows::clock(row).ok()) else {
        return false;
    };
    let (granted, pending) = extension_state(order, around);
    let asked = ExtensionRequest {
        clock: &clock,
        granted,
        pending,
        reason: PLACEHOLDER_REASON,
        days: None,
    };
    city.deadline_rules().ask_extension(asked, now).is_ok()
}

/// How many extensions this round has been granted, and whether one waits for a decision.
#[must_use]
pub fn extension_state(order: &order::Model, around: &OrderContext) -> (u32, bool) {
    let of_round = around.extensions.iter().filter(|past| past.round == order.round);
    let granted = of_round
        .clone()
        .filter(|past| past.status == ExtensionStatus::Granted)
        .count();
    let pending = of_round
        .clone()
        .any(|past| past.status == ExtensionStatus::Pending);
    (u32::try_from(granted).unwrap_or(u32::MAX), pending)
}

/// Whether a supervision order still waits for its answer.
#[must_use]
pub fn owes(issued: &supervision_order::Model) -> bool {
    issued.answered_at.is_none() && issued.closed_at.is_none()
}
