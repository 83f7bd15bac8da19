//! 重点跟踪: a committee follows the order until it is satisfied.

use entity::kinds::{EventAction, Visibility};

use crate::error::Result;
use crate::notices::{Event, EventKind};
use crate::orders::actions;
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::NOTE;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

/// Ends the tracking; the committee that had it stays on record.
pub async fn untrack(request: ActionRequest<'_>, note: &str) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = actions::begin(request, Action::Untrack).await?;
    let note = require_text("note", note, NOTE)?;
    if !step.before.tracked {
        return Err(step.conflict("not_tracked", "这件工单没有被重点跟踪。").await);
    }
    step.order.tracked = false;
    step.save().await?;
    let event = step
        .event(EventAction::Untracked)
        .visible_to(Visibility::Internal);
    step.append_event(event.note(note)).await?;
    step.commit(app).await
}

/// Tracks, or hands the tracking to another committee. Without a committee it stays where it is.
pub async fn track(request: ActionRequest<'_>, committee: Option<&str>, note: &str) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = actions::begin(request, Action::Track).await?;
    let note = require_text("note", note, NOTE)?;
    if let Some(committee) = committee {
        step.order.committee = Some(step.city.committees.resolve(committee)?);
    }
    step.order.tracked = true;
    step.save().await?;
    let event = step
        .event(EventAction::Tracked)
        .visible_to(Visibility::Internal)
        .note(note.clone());
    let detail = EventDetail::Tracked {
        committee: step.order.committee.clone(),
    };
    step.append_event(event.detail(detail)).await?;
    step.emit(app, Event::of(EventKind::Tracked, &step.order).note(note))
        .await?;
    step.commit(app).await
}
