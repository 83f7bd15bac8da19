//! Writes events into the outbox, in the transaction of their change. Without an active endpoint nothing is written.

use chrono::{DateTime, Utc};
use entity::kinds::EventAction;
use entity::{order, outbound_event, webhook_endpoint};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};

use super::event_type::{EventType, HistoryStep, of_step};
use super::payload::OrderSnapshot;
use crate::error::Result;
use crate::http::request_id;

/// A step of an order's history that has just been appended.
#[derive(Clone, Debug)]
pub struct AppendedStep<'a> {
    /// The order after the step.
    pub order: &'a order::Model,
    pub action: EventAction,
    pub from: Option<entity::kinds::Status>,
    pub at: DateTime<Utc>,
    pub note: Option<&'a str>,
    pub detail: Value,
}

/// Records the events of the steps.
pub async fn record_steps(txn: &impl ConnectionTrait, steps: &[AppendedStep<'_>]) -> Result<()> {
    let mut rows = Vec::new();
    for step in steps {
        let meaning = HistoryStep {
            action: step.action,
            from: step.from,
            to: step.order.status,
            round: step.order.round,
        };
        for event in of_step(meaning) {
            let snapshot = OrderSnapshot::of(step.order);
            let detail = json!({ "order": snapshot, "note": step.note, "step": step.detail });
            rows.push(row(event, Some(step.order), detail, step.at));
        }
    }
    insert(txn, rows).await
}

/// Records an event that is not about one order.
pub async fn record(
    txn: &impl ConnectionTrait,
    event: EventType,
    data: Value,
    at: DateTime<Utc>,
) -> Result<()> {
    insert(txn, vec![row(event, None, data, at)]).await
}

fn row(
    event: EventType,
    order: Option<&order::Model>,
    detail: Value,
    at: DateTime<Utc>,
) -> outbound_event::ActiveModel {
    outbound_event::ActiveModel {
        event_type: Set(event.as_str().to_owned()),
        order_id: Set(order.map(|order| order.id)),
        detail: Set(detail),
        at: Set(at),
        request_id: Set(request_id::cause()),
        ..Default::default()
    }
}

async fn insert(txn: &impl ConnectionTrait, rows: Vec<outbound_event::ActiveModel>) -> Result<()> {
    if rows.is_empty() || !anybody_listens(txn).await? {
        return Ok(());
    }
    outbound_event::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

async fn anybody_listens(txn: &impl ConnectionTrait) -> Result<bool> {
    let active = webhook_endpoint::Entity::find()
        .select_only()
        .column(webhook_endpoint::Column::Active)
        .filter(webhook_endpoint::Column::Active.eq(true))
        .limit(1);
    Ok(active.into_tuple::<bool>().one(txn).await?.is_some())
}
