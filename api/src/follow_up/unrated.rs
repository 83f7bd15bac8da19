//! 未评价: closes an order whose delegate was not asked, after the time they had to judge on their own.

use entity::kinds::{EventAction, FollowUpStatus};

use crate::app::App;
use crate::error::{ErrorKind, Result};
use crate::follow_up::store;
use crate::notices::{Event, EventKind};
use crate::orders::Actor;
use crate::orders::actions::{self, ActionRequest};
use crate::orders::history::detail::{EventDetail, FollowUpKind};
use crate::orders::rules::lifecycle::Action;

/// Closes the order. Does nothing if it waits for no verdict any more.
pub async fn close(app: &App, number: &str) -> Result<()> {
    let system = Actor::system();
    let request = ActionRequest::new(app, &system, number, None);
    let mut step = match actions::begin(request, Action::FollowUpUnreachedFinal).await {
        Ok(step) => step,
        Err(error) if error.kind() == Some(ErrorKind::Conflict) => return Ok(()),
        Err(error) => return Err(error),
    };
    step.order.closed_at = Some(step.now);
    store::close_open(&step.txn, step.order.id, FollowUpStatus::Expired, step.now).await?;
    step.save().await?;
    let detail = EventDetail::ClosedUnrated {
        kind: FollowUpKind::Automatic,
        wanted: false,
    };
    step.append_event(step.event(EventAction::Closed).detail(detail))
        .await?;
    step.emit(app, Event::of(EventKind::ClosedUnrated, &step.order))
        .await?;
    step.commit(app).await?;
    Ok(())
}
