//! 签收: the unit in charge takes the order on, which stops the response clock. A unit with a part of the matter
//! takes its part on; the order itself stays as it is.

use entity::kinds::{AssignmentRole, AssignmentStatus, ClockKind, EventAction, Visibility};

use super::{ActionTxn, begin_by_relation};
use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::error::Result;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::{Action, ActorRelation};
use crate::orders::store::assignments;
use crate::orders::view::OrderView;

pub async fn accept(request: ActionRequest<'_>) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let action = |standing| match standing {
        ActorRelation::SupportUnit => Action::ReportPart,
        _ => Action::Accept,
    };
    let step = begin_by_relation(request, action).await?;
    if step.relation == ActorRelation::SupportUnit {
        accept_assignment(app, step).await
    } else {
        accept_order(app, step).await
    }
}

async fn accept_order(app: &App, mut step: ActionTxn) -> Result<OrderView> {
    let lead = step.known.assignments.iter().find(|charge| {
        charge.role == AssignmentRole::Lead
            && charge.status == AssignmentStatus::Open
            && Some(charge.unit_id) == step.actor.unit
    });
    if let Some(charge) = lead {
        assignments::accept(&step.txn, charge, step.now).await?;
    }
    let stopped = [ClockKind::Response];
    deadline_rows::stop(
        &step.txn,
        step.city.deadline_rules(),
        &mut step.clocks,
        &stopped,
        step.now,
    )
    .await?;
    step.order.accepted_at = Some(step.now);
    step.save().await?;
    step.append_event(step.event(EventAction::Accepted)).await?;
    step.emit(app, Event::of(EventKind::Accepted, &step.order))
        .await?;
    step.commit(app).await
}

async fn accept_assignment(app: &App, mut step: ActionTxn) -> Result<OrderView> {
    let Some(part) = step
        .known
        .non_lead_assignment(&step.actor, step.order.round)
        .cloned()
    else {
        return Err(step
            .conflict("part_done", "您的单位在这件工单中的任务已经完成。")
            .await);
    };
    if part.status == AssignmentStatus::Accepted {
        return Err(step.conflict("part_accepted", "您的单位已经签收。").await);
    }
    assignments::accept(&step.txn, &part, step.now).await?;
    step.save().await?;
    let event = step
        .event(EventAction::PartAccepted)
        .visible_to(Visibility::Internal);
    step.append_event(event.detail(EventDetail::Part { assignment: part.id }))
        .await?;
    step.commit(app).await
}
