//! Deadline rows of an order: start, stop, move, read. The caller has locked the order's row, opened the transaction
//! and commits it.

use chrono::{DateTime, Utc};
use entity::deadline;
use entity::ids::{DeadlineId, OrderId};
use entity::kinds::{ClockKind, Light};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};

use super::calculator::{Deadline, DeadlineRules};
use super::lights::{self, LightThresholds};
use crate::error::Result;

/// The light and the due time an order shows.
pub type OrderLight = (Light, Option<DateTime<Utc>>);

/// Every clock of the order, first round first.
pub async fn of_order(connection: &impl ConnectionTrait, order: OrderId) -> Result<Vec<deadline::Model>> {
    Ok(deadline::Entity::find()
        .filter(deadline::Column::OrderId.eq(order))
        .order_by_asc(deadline::Column::Round)
        .order_by_asc(deadline::Column::StartedAt)
        .order_by_asc(deadline::Column::DueAt)
        .all(connection)
        .await?)
}

/// Starts deadlines and returns their rows: `law.start_round(…)` at dispatch, `law.supplementary(…)` after a verdict.
pub async fn start(
    txn: &impl ConnectionTrait,
    law: DeadlineRules<'_>,
    order: OrderId,
    clocks: &[Deadline],
    now: DateTime<Utc>,
) -> Result<Vec<deadline::Model>> {
    let mut started = Vec::with_capacity(clocks.len());
    for clock in clocks {
        let lines = LightThresholds::of(&law.policy.clocks, clock.kind, clock.due_at);
        started.push(deadline::Model {
            id: DeadlineId::generate(),
            order_id: order,
            round: clock.round,
            kind: clock.kind,
            started_at: clock.started_at,
            due_at: clock.due_at,
            stopped_at: None,
            light: lines.light(None, now),
            // Not the line after `now`: one that has been passed already is an event too.
            next_change_at: Some(lines.yellow_at),
            turned_yellow_at: None,
            turned_red_at: None,
            provisional: clock.provisional,
            explanation: explained(clock)?,
            created_at: now,
        });
    }
    let rows = started
        .iter()
        .map(|row| deadline::ActiveModel::from(row.clone()).reset_all());
    deadline::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(started)
}

/// Stops those of an order's `clocks` that run and are of these kinds; the others go on.
pub async fn stop(
    txn: &impl ConnectionTrait,
    law: DeadlineRules<'_>,
    clocks: &mut [deadline::Model],
    kinds: &[ClockKind],
    at: DateTime<Utc>,
) -> Result<()> {
    for row in clocks
        .iter_mut()
        .filter(|row| row.stopped_at.is_none() && kinds.contains(&row.kind))
    {
        row.light = LightThresholds::of(&law.policy.clocks, row.kind, row.due_at).light(Some(at), at);
        row.stopped_at = Some(at);
        row.next_change_at = None;
        let mut change = row.clone().into_active_model();
        change.stopped_at = Set(row.stopped_at);
        change.light = Set(row.light);
        change.next_change_at = Set(None);
        deadline::Entity::update(change).exec(txn).await?;
    }
    Ok(())
}

/// Stops whatever runs: the order is over, or a new round begins.
pub async fn stop_all(
    txn: &impl ConnectionTrait,
    law: DeadlineRules<'_>,
    clocks: &mut [deadline::Model],
    at: DateTime<Utc>,
) -> Result<()> {
    stop(txn, law, clocks, ClockKind::ALL, at).await
}

/// Replaces the row of an extended or recalculated deadline. Its events are kept: a line is crossed once.
pub async fn replace(
    txn: &impl ConnectionTrait,
    law: DeadlineRules<'_>,
    row: &mut deadline::Model,
    clock: &Deadline,
    now: DateTime<Utc>,
) -> Result<()> {
    let lines = LightThresholds::of(&law.policy.clocks, clock.kind, clock.due_at);
    let next = lines.next_change_at(row.stopped_at, seen(row), now);
    let mut moved = row.clone().into_active_model();
    moved.due_at = Set(clock.due_at);
    moved.light = Set(lines.light(clock.stopped_at, now));
    moved.next_change_at = Set(next);
    moved.provisional = Set(clock.provisional);
    moved.explanation = Set(explained(clock)?);
    *row = deadline::Entity::update(moved).exec(txn).await?;
    Ok(())
}

/// The running clock of this kind.
#[must_use]
pub fn running(rows: &[deadline::Model], kind: ClockKind) -> Option<&deadline::Model> {
    rows.iter()
        .rev()
        .find(|row| row.kind == kind && row.stopped_at.is_none())
}

/// Returns the running deadline of a kind for modification.
pub fn running_mut(rows: &mut [deadline::Model], kind: ClockKind) -> Option<&mut deadline::Model> {
    rows.iter_mut()
        .rev()
        .find(|row| row.kind == kind && row.stopped_at.is_none())
}

/// A row as the rules of the other files know it.
pub fn clock(row: &deadline::Model) -> Result<Deadline> {
    let explanation = serde_json::from_value(row.explanation.clone()).map_err(anyhow::Error::from)?;
    Ok(Deadline {
        kind: row.kind,
        round: row.round,
        started_at: row.started_at,
        due_at: row.due_at,
        stopped_at: row.stopped_at,
        provisional: row.provisional,
        explanation,
    })
}

/// Returns the worst light and the nearest due time of the running deadlines.
#[must_use]
pub fn order_light(rows: &[deadline::Model], law: DeadlineRules<'_>, now: DateTime<Utc>) -> OrderLight {
    let running = rows.iter().filter(|row| row.stopped_at.is_none());
    let light = |row: &deadline::Model| {
        LightThresholds::of(&law.policy.clocks, row.kind, row.due_at).light(None, now)
    };
    let running: Vec<_> = running.map(|row| (light(row), row.due_at)).collect();
    lights::of_order(&running)
}

#[must_use]
pub fn seen(row: &deadline::Model) -> lights::CrossedAt {
    lights::CrossedAt {
        yellow_at: row.turned_yellow_at,
        red_at: row.turned_red_at,
    }
}

pub fn explained(clock: &Deadline) -> Result<serde_json::Value> {
    Ok(serde_json::to_value(&clock.explanation).map_err(anyhow::Error::from)?)
}
