//! 退单: the unit says that it is not the right one. The clocks go on; an operator decides.

use entity::ids::ReturnId;
use entity::kinds::{AssignmentRole, AssignmentStatus, EventAction, Visibility};
use entity::order_return;
use sea_orm::{ActiveModelTrait, EntityTrait};

use super::begin;
use crate::error::{Error, FieldError, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::assignments;
use crate::orders::submit::draft::require_text;
use crate::orders::view::{OrderView, available_actions};

pub async fn send_back(
    request: ActionRequest<'_>,
    reason: &str,
    proposed: Option<&str>,
) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = begin(request, Action::Return).await?;
    let unit = step.unit()?;
    let reason = require_text("reason", reason, REASON)?;
    let proposed = match proposed.map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(step.city.units.resolve(text).map(|unit| unit.id).ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                "proposed_unit",
                "unknown_unit",
                "没有这个单位。",
            )])
        })?),
    };
    let around = step.load_context(&step.before).await?;
    if let Some(mut returning) = available_actions::return_request(&step.before, &around, &reason) {
        returning.proposes_itself = proposed == Some(unit);
        step.city.deadline_rules().may_return(returning, step.now)?;
    }
    let row = order_return::Model {
        id: ReturnId::generate(),
        order_id: step.order.id,
        round: step.order.round,
        unit_id: unit,
        reason: reason.clone(),
        proposed_unit_id: proposed,
        person_id: actor.person.ok_or_else(Error::not_found)?,
        created_at: step.now,
    };
    let row = order_return::ActiveModel::from(row).reset_all();
    order_return::Entity::insert(row)
        .exec_without_returning(&step.txn)
        .await?;
    let roles = AssignmentRole::ALL;
    assignments::close_open(
        &step.txn,
        step.order.id,
        roles,
        AssignmentStatus::Withdrawn,
        step.now,
    )
    .await?;
    step.order.returns += 1;
    step.order.unit_id = None;
    step.order.accepted_at = None;
    step.save().await?;
    let proposed_name = proposed
        .and_then(|id| step.city.unit(id))
        .map(|unit| unit.name.clone());
    let event = step
        .event(EventAction::Returned)
        .visible_to(Visibility::Internal)
        .note(reason.clone());
    let detail = EventDetail::Returned {
        unit,
        proposed_unit: proposed,
        proposed_name,
    };
    step.append_event(event.detail(detail)).await?;
    let told = Event::of(EventKind::Returned, &step.order)
        .unit(unit)
        .note(reason);
    step.emit(app, told).await?;
    step.commit(app).await
}
