//! 反弹: the problem is back. Its delegate reopens the closed order: same number, next round.

use entity::ids::PhotoId;
use entity::kinds::EventAction;

use super::{begin, next_round};
use crate::error::{Refusal, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::photos;
use crate::orders::submit::draft::require_text;
use crate::orders::view::{OrderView, available_actions};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    TooLate { days: u32 },
    Merged,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLate { .. } => "reopen_too_late",
            Self::Merged => "order_merged",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::TooLate { days } => format!("办结超过 {days} 天，请作为新的事项反映。"),
            Self::Merged => "这件工单已并入另一件工单。".to_owned(),
        }
    }
}

pub async fn reopen(request: ActionRequest<'_>, reason: &str, photos: &[PhotoId]) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = begin(request, Action::Reopen).await?;
    let reason = require_text("reason", reason, REASON)?;
    if step.before.merged_into.is_some() {
        return Err(Refused::Merged.into());
    }
    if !available_actions::may_reopen(&step.city, &step.before, step.now) {
        let days = step.city.policy.follow_up.reopen_days;
        return Err(Refused::TooLate { days }.into());
    }
    next_round::start_next(&mut step).await?;
    photos::attach(&step.txn, &step.order, actor, photos, step.now).await?;
    step.save().await?;
    step.append_event(
        step.event(EventAction::Reopened)
            .note(reason.clone())
            .photos(photos),
    )
    .await?;
    step.emit(app, Event::of(EventKind::Reopened, &step.order).note(reason))
        .await?;
    next_round::notify_supporting_units(app, &step).await?;
    step.commit(app).await
}
