//! An operator sends the order to a unit: out of triage, or to another unit. Number, photos, history and clocks
//! stay. `final` is 终审派单: the unit may not return it.

use entity::kinds::{AssignmentRole, AssignmentStatus, CategorySource, EventAction, Visibility};
use serde_json::Value;

use super::{ActionTxn, begin};
use crate::city::units::Unit;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::assignments::{self, RoundUnits};
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;
use crate::stored_json::StoredJson as _;

#[derive(Clone, Debug)]
pub struct Decision {
    /// Id, code, name or alias.
    pub unit: String,
    /// Code or name; none leaves it as it is.
    pub category: Option<String>,
    pub reason: String,
    pub is_final: bool,
}

pub async fn dispatch(request: ActionRequest<'_>, decision: Decision) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = begin(request, Action::Dispatch).await?;
    let city = step.city.clone();
    let reason = require_text("reason", &decision.reason, REASON)?;
    let unit = city
        .units
        .resolve(&decision.unit)
        .ok_or_else(|| invalid_field("unit", "没有这个单位。"))?;
    if let Some(text) = &decision.category {
        let category = city
            .categories
            .find(text)
            .ok_or_else(|| invalid_field("category", "没有这个类别。"))?;
        step.order.category_code = Some(category.code.clone());
        step.order.category_source = CategorySource::Operator;
        step.order.category_confidence = None;
    }
    hand_over(&mut step, unit).await?;
    step.order.dispatch = explanation(&step, &reason, decision.is_final);
    step.save().await?;
    let kind = if decision.is_final {
        EventKind::FinalDispatch
    } else {
        EventKind::Redispatched
    };
    let event = step
        .event(EventAction::Redispatched)
        .note(format!("派往{}", unit.name));
    let detail = EventDetail::Redispatched {
        unit: unit.id,
        unit_name: unit.name.clone(),
        from_unit: step.before.unit_id,
        category: step.order.category_code.clone(),
        is_final: decision.is_final,
    };
    step.append_event(event.detail(detail)).await?;
    let reasoned = step
        .event(EventAction::DispatchReason)
        .visible_to(Visibility::Internal);
    step.append_event(reasoned.note(reason.clone())).await?;
    step.emit(app, Event::of(kind, &step.order).unit(unit.id).note(reason))
        .await?;
    if let Some(former) = step.before.unit_id.filter(|former| *former != unit.id) {
        step.emit(app, Event::of(EventKind::Withdrawn, &step.order).unit(former))
            .await?;
    }
    step.commit(app).await
}

fn invalid_field(field: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new(field, &format!("unknown_{field}"), detail)])
}

/// Takes the order from whoever has it and gives it to the unit; clocks start only if
/// none runs.
async fn hand_over(step: &mut ActionTxn, unit: &Unit) -> Result<()> {
    let (txn, now, id) = (&step.txn, step.now, step.order.id);
    assignments::close_open(txn, id, AssignmentRole::ALL, AssignmentStatus::Withdrawn, now).await?;
    let units = RoundUnits {
        lead: unit.id,
        supports: &[],
    };
    assignments::assign_round(txn, &step.order, units, step.actor.person, now).await?;
    let law = step.city.deadline_rules();
    if step.clocks.iter().all(|clock| clock.stopped_at.is_some()) {
        let started =
            deadline_rows::start(txn, law, id, &law.start_round(step.order.round, now), now).await?;
        step.clocks.extend(started);
        step.order.dispatched_at = Some(now);
    }
    step.order.unit_id = Some(unit.id);
    step.order.accepted_at = None;
    Ok(())
}

fn explanation(step: &ActionTxn, reason: &str, is_final: bool) -> Value {
    let candidates = DispatchReason::read(&step.before.dispatch).candidates;
    let reason = DispatchReason {
        is_final,
        ..DispatchReason::new(Some("operator"), reason, candidates)
    };
    reason.to_stored()
}
