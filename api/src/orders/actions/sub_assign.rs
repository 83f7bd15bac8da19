//! 下派: the unit in charge gives another unit a part of the matter, with a due time of its own if it likes.

use chrono::{DateTime, Utc};
use entity::kinds::{AssignmentRole, AssignmentStatus, EventAction, Visibility};

use super::{begin, sub_assignment_reminder};
use crate::error::{Error, FieldError, Refusal, Result};
use crate::moments::ensure_not_after;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::assignments::{self, NewAssignment};
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Itself,
    HasPart,
    DueInThePast,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Itself => "sub_assigned_to_itself",
            Self::HasPart => "unit_has_part",
            Self::DueInThePast => "due_in_the_past",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Itself => "不能下派给自己的单位。",
            Self::HasPart => "这个单位在本次办理中已有未完成的任务。",
            Self::DueInThePast => "要求的期限已经过去。",
        }
        .to_owned()
    }
}

pub async fn sub_assign(
    request: ActionRequest<'_>,
    unit: &str,
    note: &str,
    due_at: Option<DateTime<Utc>>,
) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = begin(request, Action::SubAssign).await?;
    let note = require_text("note", note, REASON)?;
    if due_at.is_some_and(|due| due <= step.now) {
        return Err(Refused::DueInThePast.into());
    }
    // A part is not due later than the whole can ever be.
    let law = step.city.deadline_rules();
    let from = step.order.dispatched_at.unwrap_or(step.now);
    let latest = law.end_of_working_day(from, law.policy.clocks.max_working_days);
    ensure_not_after("due_at", due_at.unwrap_or(step.now), latest.max(step.now))?;
    let city = step.city.clone();
    let unknown = || Error::invalid(vec![FieldError::new("unit", "unknown_unit", "没有这个单位。")]);
    let unit = city.units.resolve(unit).ok_or_else(unknown)?;
    let of_round = step
        .known
        .assignments
        .iter()
        .filter(|charge| charge.round == step.order.round);
    let parent = of_round
        .clone()
        .rev()
        .find(|charge| charge.role == AssignmentRole::Lead);
    let open = [AssignmentStatus::Open, AssignmentStatus::Accepted];
    if Some(unit.id) == step.order.unit_id {
        return Err(Refused::Itself.into());
    }
    if of_round
        .clone()
        .any(|charge| charge.unit_id == unit.id && open.contains(&charge.status))
    {
        return Err(Refused::HasPart.into());
    }
    let charge = NewAssignment {
        unit: unit.id,
        role: AssignmentRole::Sub,
        parent: parent.map(|charge| charge.id),
        requirement: Some(note.clone()),
        due_at,
        by: actor.person,
    };
    let part = assignments::assign(&step.txn, &step.order, charge, step.now).await?;
    if let Some(due_at) = due_at {
        sub_assignment_reminder::schedule(&step, part, due_at).await?;
    }
    step.save().await?;
    let event = step
        .event(EventAction::SubAssigned)
        .visible_to(Visibility::Internal)
        .note(note.clone());
    let detail = EventDetail::SubAssigned {
        assignment: part,
        unit: unit.id,
        unit_name: unit.name.clone(),
        due_at,
    };
    step.append_event(event.detail(detail)).await?;
    let mut told = Event::of(EventKind::SubAssigned, &step.order)
        .unit(unit.id)
        .note(note);
    if let Some(due) = due_at {
        told = told.due(due);
    }
    step.emit(app, told).await?;
    step.commit(app).await
}
