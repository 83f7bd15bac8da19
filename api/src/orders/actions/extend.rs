//! 延期: the unit asks for more working days; an operator decides, or the policy does.

use entity::extension;
use entity::ids::ExtensionId;
use entity::kinds::{ClockKind, EventAction, ExtensionStatus, Visibility};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};

use super::{ActionTxn, begin};
use crate::app::App;
use crate::deadlines::deadline_rows;
use crate::deadlines::extension::{ExtensionRequest, Refused};
use crate::error::{Error, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::REASON;
use crate::orders::submit::draft::require_text;
use crate::orders::view::{OrderView, available_actions};

/// Asks for `days` working days more; none takes what one extension may give.
pub async fn request_extension(
    request: ActionRequest<'_>,
    reason: &str,
    days: Option<u32>,
) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = begin(request, Action::RequestExtension).await?;
    let reason = require_text("reason", reason, REASON)?;
    let around = step.load_context(&step.before).await?;
    let clock = deadline_rows::running(&step.clocks, ClockKind::Resolution).ok_or(Refused::NotOpen)?;
    let clock = deadline_rows::clock(clock)?;
    let (granted, pending) = available_actions::extension_state(&step.before, &around);
    let asked = ExtensionRequest {
        clock: &clock,
        granted,
        pending,
        reason: &reason,
        days,
    };
    let days = step.city.deadline_rules().ask_extension(asked, step.now)?;
    let row = extension::Model {
        id: ExtensionId::generate(),
        order_id: step.order.id,
        round: step.order.round,
        unit_id: step.unit()?,
        reason: reason.clone(),
        days: i32::try_from(days).unwrap_or(i32::MAX),
        status: ExtensionStatus::Pending,
        asked_by: actor.person.ok_or_else(Error::not_found)?,
        asked_at: step.now,
        decided_by: None,
        decided_at: None,
        note: None,
        due_before: clock.due_at,
        due_after: None,
    };
    let active = extension::ActiveModel::from(row.clone()).reset_all();
    extension::Entity::insert(active)
        .exec_without_returning(&step.txn)
        .await?;
    let automatic = step.city.policy.clocks.extension_granted_automatically;
    if automatic {
        grant(&mut step, &row, None).await?;
    }
    step.save().await?;
    let event = step
        .event(EventAction::ExtensionAsked)
        .visible_to(Visibility::Internal)
        .note(reason.clone());
    step.append_event(event.detail(EventDetail::ExtensionDays {
        extension: row.id,
        days: row.days,
    }))
    .await?;
    if automatic {
        emit_granted(app, &step, &row).await?;
    } else {
        step.emit(
            app,
            Event::of(EventKind::ExtensionAsked, &step.order).note(reason),
        )
        .await?;
    }
    step.commit(app).await
}

/// An operator's decision.
pub async fn decide(
    request: ActionRequest<'_>,
    id: ExtensionId,
    granted: bool,
    note: Option<&str>,
) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = begin(request, Action::DecideExtension).await?;
    let note = note.map(|note| require_text("note", note, 0..=500)).transpose()?;
    let note = note.filter(|note| !note.is_empty());
    let found = extension::Entity::find_by_id(id).one(&step.txn).await?;
    let row = found
        .filter(|row| row.order_id == step.order.id)
        .ok_or_else(Error::not_found)?;
    if row.status != ExtensionStatus::Pending || row.round != step.order.round {
        return Err(step
            .conflict("extension_decided", "这项延期申请已经有了决定。")
            .await);
    }
    if granted {
        grant(&mut step, &row, note.clone()).await?;
        step.save().await?;
        emit_granted(app, &step, &row).await?;
    } else {
        close_request(&step, &row, ExtensionStatus::Refused, note.clone(), None).await?;
        step.save().await?;
        let event = step
            .event(EventAction::ExtensionRefused)
            .visible_to(Visibility::Internal);
        let event = event.detail(EventDetail::Extension { extension: row.id });
        step.append_event(note.iter().fold(event, |event, note| event.note(note.as_str())))
            .await?;
        let told = Event::of(EventKind::ExtensionRefused, &step.order);
        step.emit(app, note.into_iter().fold(told, Event::note)).await?;
    }
    step.commit(app).await
}

/// Moves the clock and settles the asking.
async fn grant(step: &mut ActionTxn, row: &extension::Model, note: Option<String>) -> Result<()> {
    let held = deadline_rows::running_mut(&mut step.clocks, ClockKind::Resolution).ok_or(Refused::NotOpen)?;
    let clock = deadline_rows::clock(held)?;
    let days = u32::try_from(row.days).unwrap_or(0);
    let granted = match &clock.explanation.rule {
        crate::deadlines::explain::Rule::WorkingDays { extended_by, .. } => extended_by.len(),
        crate::deadlines::explain::Rule::ElapsedHours { .. } => 0,
    };
    let law = step.city.deadline_rules();
    let moved = law.grant_extension(&clock, u32::try_from(granted).unwrap_or(u32::MAX), days)?;
    deadline_rows::replace(&step.txn, law, held, &moved, step.now).await?;
    close_request(step, row, ExtensionStatus::Granted, note, Some(moved.due_at)).await?;
    step.order.extensions_granted += 1;
    Ok(())
}

async fn close_request(
    step: &ActionTxn,
    row: &extension::Model,
    status: ExtensionStatus,
    note: Option<String>,
    due_after: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<()> {
    let mut active: extension::ActiveModel = row.clone().into();
    active.status = Set(status);
    active.decided_by = Set(step.actor.person);
    active.decided_at = Set(Some(step.now));
    active.note = Set(note);
    active.due_after = Set(due_after);
    active.update(&step.txn).await?;
    Ok(())
}

async fn emit_granted(app: &App, step: &ActionTxn, row: &extension::Model) -> Result<()> {
    let event = step
        .event(EventAction::ExtensionGranted)
        .note(format!("延期 {} 个工作日", row.days));
    step.append_event(event.detail(EventDetail::ExtensionDays {
        extension: row.id,
        days: row.days,
    }))
    .await?;
    let mut told = Event::of(EventKind::ExtensionGranted, &step.order);
    if let Some(due) = step.order.due_at {
        told = told.due(due);
    }
    step.emit(app, told).await
}
