//! 并单: continues a matter that has two numbers under one of them.
//!
//! No reporter is lost: the reporter and the endorsers of the merged order endorse the target (`merged_endorsers.rs`).
//! If undone, the order returns to an operator with its own people, and the target, with all orders it was merged into
//! since, loses only endorsers from this merge.

use entity::kinds::{AssignmentRole, AssignmentStatus, EventAction, Visibility};
use entity::order;

use super::{ActionTxn, begin_with_others, escalate, merged_endorsers};
use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Refusal, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::store::{self, assignments};
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Itself,
    TargetOver,
    NotMerged,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Itself => "merged_into_itself",
            Self::TargetOver => "merge_target_over",
            Self::NotMerged => "not_merged",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Itself => "不能并入自己。",
            Self::TargetOver => "要并入的工单已经办结或撤销。",
            Self::NotMerged => "这件工单没有并入别的工单。",
        }
        .to_owned()
    }
}

pub async fn merge(request: ActionRequest<'_>, into: &str) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let others = [into.trim().to_owned()];
    let mut step = begin_with_others(request, Action::Merge, &others).await?;
    let target = store::by_number(&step.txn, into.trim())
        .await?
        .ok_or_else(|| Error::invalid(vec![FieldError::new("into", "unknown_order", "没有这件工单。")]))?;
    if target.id == step.order.id {
        return Err(Refused::Itself.into());
    }
    if target.status.is_over() {
        return Err(Refused::TargetOver.into());
    }
    let (now, id) = (step.now, step.order.id);
    let roles = AssignmentRole::ALL;
    assignments::close_open(&step.txn, id, roles, AssignmentStatus::Withdrawn, now).await?;
    deadline_rows::stop_all(&step.txn, step.city.deadline_rules(), &mut step.clocks, now).await?;
    step.order.merged_into = Some(target.id);
    step.order.closed_at = Some(now);
    step.save().await?;
    let told = format!("并入 {}", target.number);
    step.append_event(
        step.event(EventAction::Merged)
            .note(told)
            .detail(EventDetail::Merged {
                into: target.number.clone(),
            }),
    )
    .await?;
    absorb(app, &step, target.clone()).await?;
    step.emit(
        app,
        Event::of(EventKind::Merged, &step.order).reference(target.number),
    )
    .await?;
    step.commit(app).await
}

/// The other order's side: its new endorsers, its version and its history.
async fn absorb(app: &App, step: &ActionTxn, target: order::Model) -> Result<()> {
    let merged = &step.before;
    merged_endorsers::sync_merged_endorsers(&step.txn, &target, step.now).await?;
    let endorsers = store::access_context(&step.txn, target.id).await?.endorsers.len();
    let grown = order::Model {
        supervision_level: escalate::escalated_level(&step.city.policy, &target, endorsers),
        ..target.clone()
    };
    let grown = save_other(step, &target, grown).await?;
    let event = NewEvent::new(EventAction::MergedIn, &step.actor, target.status, step.now);
    let event = event
        .visible_to(Visibility::Internal)
        .note(format!("{} 并入", merged.number));
    let detail = EventDetail::MergedIn {
        from: merged.number.clone(),
    };
    history::append(&step.txn, &grown, event.detail(detail)).await?;
    escalate::emit_if_escalated(
        app,
        step,
        &grown,
        target.supervision_level,
        escalate::BY_DELEGATES,
    )
    .await
}

/// Writes the other order in its next version.
async fn save_other(step: &ActionTxn, before: &order::Model, after: order::Model) -> Result<order::Model> {
    let after = order::Model {
        version: before.version + 1,
        updated_at: step.now,
        ..after
    };
    if store::update(&step.txn, before, &after).await? {
        return Ok(after);
    }
    Err(step
        .conflict("version_conflict", "工单刚刚有了变化，请刷新后再试。")
        .await)
}

/// The other order, and each that it was merged into in its turn, the nearest first.
async fn detach(step: &ActionTxn, above: Vec<order::Model>) -> Result<()> {
    let left = &step.before;
    for target in above {
        merged_endorsers::sync_merged_endorsers(&step.txn, &target, step.now).await?;
        let after = save_other(step, &target, target.clone()).await?;
        let event = NewEvent::new(EventAction::SplitOff, &step.actor, after.status, step.now);
        let event = event
            .visible_to(Visibility::Internal)
            .note(format!("{} 恢复单独办理", left.number));
        let detail = EventDetail::Number {
            number: left.number.clone(),
        };
        history::append(&step.txn, &after, event.detail(detail)).await?;
    }
    Ok(())
}

pub async fn unmerge(request: ActionRequest<'_>, reason: &str) -> Result<OrderView> {
    let ActionRequest { app, number, .. } = request;
    // Whom it is merged into has to be known to be held with it, and looked at again when it is.
    let expected = match store::by_number(&app.db, number).await? {
        Some(order) => numbers(&merged_endorsers::merge_targets(&app.db, &order).await?),
        None => Vec::new(),
    };
    let mut step = begin_with_others(request, Action::Unmerge, &expected).await?;
    let reason = require_text("reason", reason, REASON)?;
    let above = merged_endorsers::merge_targets(&step.txn, &step.before).await?;
    if above.is_empty() {
        return Err(Refused::NotMerged.into());
    }
    if numbers(&above) != expected {
        return Err(step
            .conflict("version_conflict", "工单刚刚有了变化，请刷新后再试。")
            .await);
    }
    step.order.merged_into = None;
    step.order.closed_at = None;
    step.order.unit_id = None;
    step.order.accepted_at = None;
    step.save().await?;
    step.append_event(step.event(EventAction::Unmerged).note(reason.clone()))
        .await?;
    detach(&step, above).await?;
    step.emit(app, Event::of(EventKind::Unmerged, &step.order).note(reason))
        .await?;
    step.commit(app).await
}

fn numbers(orders: &[order::Model]) -> Vec<String> {
    orders.iter().map(|order| order.number.clone()).collect()
}
