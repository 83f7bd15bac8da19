//! 并单: the same matter under two numbers goes on under one. Nobody who raised it is lost: the reporter and the
//! endorsers of the merged order endorse the other (`merged_endorsers.rs`). Undone, the order goes back to an operator with all of its
//! own, and the other, with all that it was itself merged into meanwhile, loses only those whom the merge had brought.

use entity::kinds::{AssignmentRole, AssignmentStatus, Visibility};
use entity::order;
use serde_json::json;

use super::cancel::REASON_CHARS;
use super::{Move, begin_beside, escalate, merged_endorsers};
use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Refusal, Result};
use crate::notices::{Event, EventKind};
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::Action;
use crate::orders::search::list::OPEN;
use crate::orders::store::{self, assignments};
use crate::orders::submit::draft::one_text;
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

pub async fn merge(
    app: &App,
    actor: &Actor,
    number: &str,
    if_match: Option<i32>,
    into: &str,
) -> Result<OrderView> {
    let others = [into.trim().to_owned()];
    let mut step = begin_beside(app, actor, number, if_match, Action::Merge, &others).await?;
    let target = store::by_number(&step.txn, into.trim())
        .await?
        .ok_or_else(|| Error::invalid(vec![FieldError::new("into", "unknown_order", "没有这件工单。")]))?;
    if target.id == step.order.id {
        return Err(Refused::Itself.into());
    }
    if !OPEN.contains(&target.status) {
        return Err(Refused::TargetOver.into());
    }
    let (now, id) = (step.now, step.order.id);
    let roles = AssignmentRole::ALL;
    assignments::end(&step.txn, id, roles, AssignmentStatus::Withdrawn, now).await?;
    deadline_rows::stop_all(&step.txn, step.city.law(), &mut step.clocks, now).await?;
    step.order.merged_into = Some(target.id);
    step.order.closed_at = Some(now);
    step.write().await?;
    let told = format!("并入 {}", target.number);
    step.record(
        step.event("merged")
            .note(told)
            .detail(json!({ "into": target.number })),
    )
    .await?;
    take_in(app, &step, target.clone()).await?;
    step.tell(
        app,
        Event::of(EventKind::Merged, &step.order).reference(target.number),
    )
    .await?;
    step.commit(app).await
}

/// The other order's side: its new endorsers, its version and its history.
async fn take_in(app: &App, step: &Move, target: order::Model) -> Result<()> {
    let merged = &step.before;
    merged_endorsers::recount(&step.txn, &target, step.now).await?;
    let endorsers = store::known(&step.txn, target.id).await?.endorsers.len();
    let grown = order::Model {
        supervision_level: escalate::reached(&step.city.policy, &target, endorsers),
        ..target.clone()
    };
    let grown = rewrite(step, &target, grown).await?;
    let event = NewEvent::new("merged_in", &step.actor, target.status, step.now);
    let event = event
        .visible_to(Visibility::Internal)
        .note(format!("{} 并入", merged.number));
    history::append(&step.txn, &grown, event.detail(json!({ "from": merged.number }))).await?;
    escalate::tell_if_raised(
        app,
        step,
        &grown,
        target.supervision_level,
        escalate::BY_DELEGATES,
    )
    .await
}

/// Writes the other order in its next version.
async fn rewrite(step: &Move, before: &order::Model, after: order::Model) -> Result<order::Model> {
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
async fn let_go(step: &Move, above: Vec<order::Model>) -> Result<()> {
    let left = &step.before;
    for target in above {
        merged_endorsers::recount(&step.txn, &target, step.now).await?;
        let after = rewrite(step, &target, target.clone()).await?;
        let event = NewEvent::new("split_off", &step.actor, after.status, step.now);
        let event = event
            .visible_to(Visibility::Internal)
            .note(format!("{} 恢复单独办理", left.number));
        history::append(&step.txn, &after, event.detail(json!({ "number": left.number }))).await?;
    }
    Ok(())
}

pub async fn unmerge(
    app: &App,
    actor: &Actor,
    number: &str,
    if_match: Option<i32>,
    reason: &str,
) -> Result<OrderView> {
    // Whom it is merged into has to be known to be held with it, and looked at again when it is.
    let expected = match store::by_number(&app.db, number).await? {
        Some(order) => numbers(&merged_endorsers::above(&app.db, &order).await?),
        None => Vec::new(),
    };
    let mut step = begin_beside(app, actor, number, if_match, Action::Unmerge, &expected).await?;
    let reason = one_text("reason", reason, REASON_CHARS)?;
    let above = merged_endorsers::above(&step.txn, &step.before).await?;
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
    step.write().await?;
    step.record(step.event("unmerged").note(reason.clone())).await?;
    let_go(&step, above).await?;
    step.tell(app, Event::of(EventKind::Unmerged, &step.order).note(reason))
        .await?;
    step.commit(app).await
}

fn numbers(orders: &[order::Model]) -> Vec<String> {
    orders.iter().map(|order| order.number.clone()).collect()
}
