//! 备注: a remark on an order. A delegate's is public; those of staff are internal.

use entity::kinds::{EventAction, Visibility};

use super::begin;
use crate::error::Result;
use crate::orders::actions::ActionRequest;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::NOTE;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

pub async fn note(request: ActionRequest<'_>, text: &str) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = begin(request, Action::Note).await?;
    let text = require_text("text", text, NOTE)?;
    step.save().await?;
    let visibility = if actor.is_staff() {
        Visibility::Internal
    } else {
        Visibility::Public
    };
    step.append_event(step.event(EventAction::Noted).visible_to(visibility).note(text))
        .await?;
    step.commit(app).await
}
