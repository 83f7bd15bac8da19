//! The delegate's verdict, and in the same transaction everything it brings about: closing, a supplementary reply, or
//! the next round with a supervision order.
//!
//! `orders/rules/consequences.rs` decides; here it is carried out.

use entity::ids::{PersonId, PhotoId, VerdictId};
use entity::kinds::{EventAction, FollowUpStatus, Satisfaction, Solved, Status, SupervisionLevel};
use entity::verdict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::error::Result;
use crate::follow_up::store;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::actions::{self, ActionTxn, escalate, next_round};
use crate::orders::history::detail::EventDetail;
use crate::orders::photos;
use crate::orders::rules::consequences::{self, Consequences, NewDeadlines};
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::NOTE;
use crate::orders::submit::draft::require_text;
use crate::orders::view::{OrderView, available_actions};
use crate::supervision::supervision_orders;

/// The delegate's statement: satisfaction with result and process, and whether the problem is solved.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    pub result: Satisfaction,
    pub process: Option<Satisfaction>,
    pub solved: Solved,
    pub comment: Option<String>,
    pub photos: Vec<PhotoId>,
}

impl NewVerdict {
    #[must_use]
    pub fn action(&self) -> Action {
        match self.result {
            Satisfaction::Satisfied => Action::VerdictSatisfied,
            Satisfaction::BasicallySatisfied => Action::VerdictBasically,
            Satisfaction::Dissatisfied => Action::VerdictDissatisfied,
        }
    }
}

/// The delegate judges.
pub async fn submit_verdict(request: ActionRequest<'_>, given: NewVerdict) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let step = actions::begin(request, given.action()).await?;
    if step.before.status == Status::Closed && !judged_late(&step).await? {
        return Err(step.conflict("move_not_open", "工单已办结，不能再评价。").await);
    }
    let step = apply_verdict(app, step, given).await?;
    step.commit(app).await
}

/// Whether the order was closed as 未评价 and its delegate may still judge.
async fn judged_late(step: &ActionTxn) -> Result<bool> {
    let around = step.load_context(&step.before).await?;
    Ok(available_actions::may_judge(
        &step.city,
        &step.before,
        &around,
        step.now,
    ))
}

/// Writes the verdict and what follows from it; the caller commits.
pub async fn apply_verdict(app: &App, mut step: ActionTxn, given: NewVerdict) -> Result<ActionTxn> {
    let comment = given.comment.as_deref().filter(|text| !text.trim().is_empty());
    let comment = comment
        .map(|text| require_text("comment", text, NOTE))
        .transpose()?;
    let before = escalate::escalation_input(&step.city.policy, &step.before, step.known.endorsers.len());
    insert(&step, &given, comment.clone()).await?;
    store::close_open(&step.txn, step.order.id, FollowUpStatus::Answered, step.now).await?;
    photos::attach(&step.txn, &step.order, &step.actor, &given.photos, step.now).await?;
    let follows = consequences::after_verdict(given.result, before);
    apply(&mut step, &follows).await?;
    step.save().await?;
    let detail = EventDetail::Verdict {
        result: given.result,
        process: given.process,
        solved: given.solved,
    };
    let mut event = step
        .event(EventAction::Verdict)
        .detail(detail)
        .photos(&given.photos);
    if let Some(comment) = &comment {
        event = event.note(comment.clone());
    }
    step.append_event(event).await?;
    emit(app, &step, given.result, comment).await?;
    if follows.supervision_order {
        if step.order.unit_id.is_some() {
            supervision_orders::issue_by_verdict(app, &step).await?;
        }
        next_round::notify_supporting_units(app, &step).await?;
        // The first dissatisfied verdict sends the supervision order to the unit; from the second on, the next higher
        // level is notified.
        let at_unit = Ord::max(step.before.supervision_level, SupervisionLevel::Unit);
        escalate::emit_if_escalated(app, &step, &step.order, at_unit, escalate::BY_VERDICT).await?;
    }
    Ok(step)
}

async fn insert(step: &ActionTxn, given: &NewVerdict, comment: Option<String>) -> Result<()> {
    let by: PersonId = step.actor.person.unwrap_or(step.order.reporter_id);
    let row = verdict::ActiveModel {
        id: Set(VerdictId::generate()),
        order_id: Set(step.order.id),
        round: Set(step.before.round),
        person_id: Set(step.order.reporter_id),
        given_by: Set(by),
        result: Set(given.result),
        process: Set(given.process),
        solved: Set(given.solved),
        comment: Set(comment),
        created_at: Set(step.now),
    };
    verdict::Entity::insert(row)
        .exec_without_returning(&step.txn)
        .await?;
    Ok(())
}

/// Puts the consequences into the order and its clocks.
async fn apply(step: &mut ActionTxn, follows: &Consequences) -> Result<()> {
    step.order.difficult |= follows.difficult;
    step.order.tracked |= follows.tracked;
    step.order.supervision_level = follows.supervision_level;
    step.order.dissatisfied_count += i32::from(follows.difficult);
    // An order that was closed as 未评价 stays closed since then.
    step.order.closed_at = match (follows.status, step.before.closed_at) {
        (Status::Closed, None) => Some(step.now),
        (Status::Closed, closed) => closed,
        _ => None,
    };
    match follows.fresh_clocks {
        NewDeadlines::None => Ok(()),
        NewDeadlines::Supplementary => {
            let law = step.city.deadline_rules();
            let clock = law.supplementary(step.order.round, step.now);
            let started = deadline_rows::start(&step.txn, law, step.order.id, &[clock], step.now).await?;
            step.clocks.extend(started);
            Ok(())
        }
        NewDeadlines::Round => next_round::start_next(step).await,
    }
}

async fn emit(app: &App, step: &ActionTxn, result: Satisfaction, comment: Option<String>) -> Result<()> {
    let kinds: &[EventKind] = match result {
        Satisfaction::Satisfied => &[EventKind::Closed],
        Satisfaction::BasicallySatisfied => &[EventKind::Warned, EventKind::SupplementaryDue],
        Satisfaction::Dissatisfied => &[EventKind::Dissatisfied],
    };
    for kind in kinds {
        let mut event = Event::of(*kind, &step.order).reference(result.label());
        if let Some(comment) = &comment {
            event = event.note(comment.clone());
        }
        if let Some(due) = step.order.due_at {
            event = event.due(due);
        }
        step.emit(app, event).await?;
    }
    Ok(())
}
