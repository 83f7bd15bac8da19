//! 人工回访: an operator calls. If the delegate is reached, the verdict is recorded on their behalf. After the policy's
//! number of failed attempts the order is closed as 未评价, which does not count as satisfied.

use entity::follow_up;
use entity::kinds::FollowUpStatus;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel as _};
use serde_json::json;

use crate::error::{Error, FieldError, Result};
use crate::follow_up::automatic;
use crate::follow_up::verdict::{self, NewVerdict};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::actions::{self, ActionTxn};
use crate::orders::rules::lifecycle::Action;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

const OUTCOME_CHARS: std::ops::RangeInclusive<usize> = 1..=1_000;

#[derive(Clone, Debug)]
pub struct Call {
    pub reached: bool,
    pub outcome: String,
    pub verdict: Option<NewVerdict>,
}

pub async fn record(request: ActionRequest<'_>, call: Call) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = actions::begin(request, Action::FollowUp).await?;
    let outcome = require_text("outcome", &call.outcome, OUTCOME_CHARS)?;
    let queued = automatic::open_manual_call(&step.txn, &step.before, step.now).await?;
    let tries = queued.tries + 1;
    match (call.reached, call.verdict) {
        (true, Some(given)) => {
            note(&step, queued, tries, FollowUpStatus::Answered, &outcome).await?;
            step.apply_transition(given.action()).await?;
            let step = verdict::apply_verdict(app, step, given).await?;
            record_call(&step, tries, true, outcome).await?;
            step.commit(app).await
        }
        (true, None) => {
            let detail = "已接通时请记录代表的评价。";
            Err(Error::invalid(vec![FieldError::new(
                "verdict", "required", detail,
            )]))
        }
        (false, Some(_)) => {
            let detail = "没有接通就没有评价。";
            Err(Error::invalid(vec![FieldError::new(
                "verdict",
                "not_reached",
                detail,
            )]))
        }
        (false, None) => {
            let last = tries >= i32::try_from(step.city.policy.follow_up.manual_tries).unwrap_or(i32::MAX);
            let status = if last {
                FollowUpStatus::NotReached
            } else {
                FollowUpStatus::Queued
            };
            note(&step, queued, tries, status, &outcome).await?;
            if last {
                step.apply_transition(Action::FollowUpUnreachedFinal).await?;
                step.order.closed_at = Some(step.now);
            }
            step.save().await?;
            record_call(&step, tries, false, outcome).await?;
            if last {
                step.emit(app, Event::of(EventKind::ClosedUnrated, &step.order))
                    .await?;
            }
            step.commit(app).await
        }
    }
}

/// Keeps the call in the queue's row.
async fn note(
    step: &ActionTxn,
    queued: follow_up::Model,
    tries: i32,
    status: FollowUpStatus,
    outcome: &str,
) -> Result<()> {
    let mut row = queued.into_active_model();
    row.tries = Set(tries);
    row.status = Set(status);
    row.outcome = Set(Some(outcome.to_owned()));
    row.handled_by = Set(step.actor.person);
    if status != FollowUpStatus::Queued {
        row.answered_at = Set(Some(step.now));
    }
    row.update(&step.txn).await?;
    Ok(())
}

async fn record_call(step: &ActionTxn, tries: i32, reached: bool, outcome: String) -> Result<()> {
    let detail = json!({ "kind": "manual", "reached": reached, "tries": tries });
    step.append_event(step.event("follow_up").note(outcome).detail(detail))
        .await
}
