//! 人工回访: an operator calls. If the delegate is reached, the verdict is recorded on their behalf.
//!
//! After the policy's number of failed attempts the order is closed as 未评价, which does not count as satisfied. An
//! attempt counts after the delegate's own time to answer, and after a gap (`call_rules.rs`); the history has every
//! one.

use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::follow_up;
use entity::kinds::{EventAction, FollowUpStatus};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel as _};

use crate::app::App;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, FieldError, Result};
use crate::follow_up::call_rules::{Attempt, CallsInVain, Counted, count};
use crate::follow_up::store;
use crate::follow_up::verdict::{self, NewVerdict};
use crate::http::time::local;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::actions::{self, ActionTxn};
use crate::orders::history::detail::{EventDetail, FollowUpCall, UncountedReason};
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::NOTE;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

/// Added to the note of a call that does not count.
const TOO_SOON: &str = "距上次拨打时间太短，本次不计入次数";
const DELEGATE_HAS_TIME: &str = "代表自行评价的时间还没到，本次不计入次数";

#[derive(Clone, Debug)]
pub struct Call {
    pub reached: bool,
    pub outcome: String,
    pub verdict: Option<NewVerdict>,
}

pub async fn record(request: ActionRequest<'_>, call: Call) -> Result<OrderView> {
    let step = actions::begin(request, Action::FollowUp).await?;
    let outcome = require_text("outcome", &call.outcome, NOTE)?;
    match (call.reached, call.verdict) {
        (true, Some(given)) => reached(request.app, step, given, outcome).await,
        (true, None) => Err(wrong("required", "已接通时请记录代表的评价。")),
        (false, Some(_)) => Err(wrong("not_reached", "没有接通就没有评价。")),
        (false, None) => not_reached(request.app, step, outcome).await,
    }
}

fn wrong(code: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new("verdict", code, detail)])
}

async fn reached(app: &App, mut step: ActionTxn, given: NewVerdict, outcome: String) -> Result<OrderView> {
    let queued = store::open_manual_call(&step.txn, &step.before, step.now).await?;
    let tries = queued.tries + 1;
    let row = follow_up::ActiveModel {
        tries: Set(tries),
        ..noted(&step, queued, FollowUpStatus::Answered, &outcome)
    };
    row.update(&step.txn).await?;
    step.apply_transition(given.action()).await?;
    let step = verdict::apply_verdict(app, step, given).await?;
    let detail = FollowUpCall::counted(true, tries);
    step.append_event(step.event(EventAction::FollowUp).note(outcome).detail(detail))
        .await?;
    step.commit(app).await
}

async fn not_reached(app: &App, step: ActionTxn, outcome: String) -> Result<OrderView> {
    let queued = store::pending_call(&step.txn, step.order.id).await?;
    let policy = &step.city.policy.follow_up;
    let zone = step.city.zone();
    let before = calls_before(queued.as_ref(), zone);
    let date = local_date(step.now, zone);
    let attempt = Attempt {
        at: step.now,
        date,
        on_working_day: step.city.calendar.is_working_day(date),
        delegate_has_time: queued.is_none(),
    };
    match (count(policy, before, attempt), queued) {
        (Counted::Yes { tries, days, closes }, Some(queued)) => {
            let gap = TimeDelta::hours(i64::from(policy.manual_gap_hours));
            let status = if closes {
                FollowUpStatus::NotReached
            } else {
                FollowUpStatus::Queued
            };
            let row = follow_up::ActiveModel {
                tries: Set(tries),
                call_days: Set(days),
                called_at: Set(Some(step.now)),
                next_at: Set((!closes).then_some(step.now + gap)),
                ..noted(&step, queued, status, &outcome)
            };
            row.update(&step.txn).await?;
            let detail = FollowUpCall::counted(false, tries);
            let call = CallInVain {
                closes,
                note: outcome,
                detail,
            };
            in_vain(app, step, call).await
        }
        (Counted::TooSoon { from }, _) => {
            let from = local(from, zone);
            let detail = FollowUpCall::not_counted(before.tries, UncountedReason::TooSoon, Some(from));
            let note = format!("{outcome}（{TOO_SOON}）");
            let call = CallInVain {
                closes: false,
                note,
                detail,
            };
            in_vain(app, step, call).await
        }
        _ => {
            let detail = FollowUpCall::not_counted(before.tries, UncountedReason::DelegateHasTime, None);
            let note = format!("{outcome}（{DELEGATE_HAS_TIME}）");
            let call = CallInVain {
                closes: false,
                note,
                detail,
            };
            in_vain(app, step, call).await
        }
    }
}

fn calls_before(queued: Option<&follow_up::Model>, zone: Tz) -> CallsInVain {
    queued.map_or_else(CallsInVain::default, |row| CallsInVain {
        tries: row.tries,
        last: row.called_at.map(|at| (at, local_date(at, zone))),
        days: row.call_days,
    })
}

/// A call that did not reach the delegate.
struct CallInVain {
    /// Whether it was the last one.
    closes: bool,
    note: String,
    detail: EventDetail,
}

/// Writes a call in vain into the history, and closes the order if it was the last one.
async fn in_vain(app: &App, mut step: ActionTxn, call: CallInVain) -> Result<OrderView> {
    let CallInVain { closes, note, detail } = call;
    if closes {
        step.apply_transition(Action::FollowUpUnreachedFinal).await?;
        step.order.closed_at = Some(step.now);
    }
    step.save().await?;
    step.append_event(step.event(EventAction::FollowUp).note(note).detail(detail))
        .await?;
    if closes {
        step.emit(app, Event::of(EventKind::ClosedUnrated, &step.order))
            .await?;
    }
    step.commit(app).await
}

/// The call in the queue's row.
fn noted(
    step: &ActionTxn,
    queued: follow_up::Model,
    status: FollowUpStatus,
    outcome: &str,
) -> follow_up::ActiveModel {
    let mut row = queued.into_active_model();
    row.status = Set(status);
    row.outcome = Set(Some(outcome.to_owned()));
    row.handled_by = Set(step.actor.person);
    if status != FollowUpStatus::Queued {
        row.answered_at = Set(Some(step.now));
    }
    row
}
