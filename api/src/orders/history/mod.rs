//! 全程留痕: what happened to an order, appended and never edited.
//!
//! Every event carries the hash of the one before it, so that an event changed, inserted or left out later shows
//! (`verify.rs`; `check.rs` does it in the background).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::{EventAction, Status, Visibility};
use entity::{order, order_event};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::{Value, json};

use crate::audit_log::leaves::{self, ChainEntry};
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::hash_chain::{self, GENESIS_HASH};
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::actor::Actor;
use crate::orders::store;
use crate::stored_json::StoredJson as _;
use crate::webhooks::outbox::{self, AppendedStep};

pub mod detail;
pub mod verification;
mod verification_store;
pub mod verify;

/// A new event. Status and round are read from the order after the action.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    pub action: EventAction,
    pub actor: &'a Actor,
    /// None for the first event.
    pub from: Option<Status>,
    pub at: DateTime<Utc>,
    pub visibility: Visibility,
    pub note: Option<String>,
    /// Facts for the timeline.
    pub detail: EventDetail,
    pub photos: Vec<PhotoId>,
}

impl<'a> NewEvent<'a> {
    /// A public event without a note.
    #[must_use]
    pub fn new(action: EventAction, actor: &'a Actor, from: Status, at: DateTime<Utc>) -> Self {
        Self {
            action,
            actor,
            from: Some(from),
            at,
            visibility: Visibility::Public,
            note: None,
            detail: EventDetail::None {},
            photos: Vec::new(),
        }
    }

    #[must_use]
    pub fn visible_to(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: EventDetail) -> Self {
        self.detail = detail;
        self
    }

    #[must_use]
    pub fn photos(mut self, photos: &[PhotoId]) -> Self {
        self.photos = photos.to_vec();
        self
    }
}

/// Appends an event to the order's chain. The caller has locked the order's row.
pub async fn append(txn: &WriteTransaction, order: &order::Model, event: NewEvent<'_>) -> Result<()> {
    let last: Option<(i32, String)> = order_event::Entity::find()
        .select_only()
        .column(order_event::Column::Seq)
        .column(order_event::Column::Hash)
        .filter(order_event::Column::OrderId.eq(order.id))
        .order_by_desc(order_event::Column::Seq)
        .into_tuple()
        .one(txn)
        .await?;
    let (seq, hash) = last.unwrap_or((0, GENESIS_HASH.to_owned()));
    publish(txn, &[(order, event.clone())]).await?;
    insert(txn, vec![chain_event(order, event, seq, hash)]).await
}

/// Appends events to the chains of several orders, in this order. The caller has locked their rows.
pub async fn append_all(txn: &WriteTransaction, events: Vec<(&order::Model, NewEvent<'_>)>) -> Result<()> {
    let orders = events.iter().map(|(order, _)| order.id).collect();
    let heads = heads(txn, orders).await?;
    publish(txn, &events).await?;
    insert(txn, chain_events(heads, events)).await
}

/// Writes the first events of an order that this transaction has inserted, each with the order's state at that point.
pub async fn append_first(txn: &WriteTransaction, events: Vec<(&order::Model, NewEvent<'_>)>) -> Result<()> {
    publish(txn, &events).await?;
    insert(txn, chain_events(HashMap::new(), events)).await
}

/// Events per statement of an import; SQLite takes 32,766 values.
const PAST_ROWS: usize = 1_000;

/// Writes the histories of orders that were handled elsewhere: nobody outside is notified of the past.
pub async fn insert_past(txn: &WriteTransaction, events: Vec<(&order::Model, NewEvent<'_>)>) -> Result<()> {
    let mut rows = chain_events(HashMap::new(), events);
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(PAST_ROWS));
        insert(txn, std::mem::replace(&mut rows, rest)).await?;
    }
    Ok(())
}

/// Appends events of the past to the chains of several orders, in this order: nobody outside is notified of them. The caller
/// has locked the orders' rows.
pub async fn append_past(txn: &WriteTransaction, events: Vec<(&order::Model, NewEvent<'_>)>) -> Result<()> {
    let orders = events.iter().map(|(order, _)| order.id).collect();
    let heads = heads(txn, orders).await?;
    insert(txn, chain_events(heads, events)).await
}

/// Puts what other systems subscribe to into the outbox.
async fn publish(txn: &impl ConnectionTrait, events: &[(&order::Model, NewEvent<'_>)]) -> Result<()> {
    let steps = events.iter().map(|(order, event)| AppendedStep {
        order,
        action: event.action,
        from: event.from,
        at: event.at,
        note: event.note.as_deref(),
        detail: event.detail.facts(),
    });
    outbox::record_steps(txn, &steps.collect::<Vec<_>>()).await
}

/// The number and hash of each order's last event.
type ChainHeads = HashMap<OrderId, (i32, String)>;

async fn heads(txn: &impl ConnectionTrait, orders: BTreeSet<OrderId>) -> Result<ChainHeads> {
    use order_event::Column;
    let latest = "latest";
    let last = Query::select()
        .expr(Expr::col((latest, Column::Seq)).max())
        .from_as(order_event::Entity, latest)
        .and_where(Expr::col((latest, Column::OrderId)).equals((order_event::Entity, Column::OrderId)))
        .to_owned();
    let rows: Vec<(OrderId, i32, String)> = order_event::Entity::find()
        .select_only()
        .columns([Column::OrderId, Column::Seq, Column::Hash])
        .filter(Column::OrderId.is_in(orders))
        .filter(Column::Seq.in_subquery(last))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(order, seq, hash)| (order, (seq, hash)))
        .collect())
}

/// The events' rows, each after the one before it in its order's chain.
fn chain_events(
    mut heads: ChainHeads,
    events: Vec<(&order::Model, NewEvent<'_>)>,
) -> Vec<order_event::Model> {
    let mut rows = Vec::with_capacity(events.len());
    for (order, event) in events {
        let (seq, hash) = heads
            .remove(&order.id)
            .unwrap_or_else(|| (0, GENESIS_HASH.to_owned()));
        let row = chain_event(order, event, seq, hash);
        heads.insert(order.id, (row.seq, row.hash.clone()));
        rows.push(row);
    }
    rows
}

/// The event's row, after the one with this number and hash.
fn chain_event(order: &order::Model, event: NewEvent<'_>, seq: i32, prev_hash: String) -> order_event::Model {
    let mut row = order_event::Model {
        id: 0,
        order_id: order.id,
        seq: seq + 1,
        action: event.action,
        actor_id: event.actor.person,
        actor_role: event.actor.role,
        unit_id: event.actor.unit,
        at: event.at,
        from_status: event.from,
        to_status: order.status,
        round: order.round,
        visibility: event.visibility,
        note: event.note,
        detail: event.detail.to_stored(),
        photo_ids: json!(event.photos),
        prev_hash,
        hash: String::new(),
    };
    row.hash = hash(&row);
    row
}

/// The order, held until the transaction ends, so that its history may be added to.
pub async fn lock(txn: &impl ConnectionTrait, id: OrderId) -> Result<Option<order::Model>> {
    store::lock_by_id(txn, id).await
}

/// Whether the order's history has such an event already: for jobs, which run again after a crash.
pub async fn contains_event(
    txn: &impl ConnectionTrait,
    order: OrderId,
    action: EventAction,
    detail: &EventDetail,
) -> Result<bool> {
    let details: Vec<Value> = order_event::Entity::find()
        .select_only()
        .column(order_event::Column::Detail)
        .filter(order_event::Column::OrderId.eq(order))
        .filter(order_event::Column::Action.eq(action))
        .into_tuple()
        .all(txn)
        .await?;
    let facts = detail.facts();
    Ok(details
        .into_iter()
        .any(|stored| EventDetail::served(stored).as_ref() == Ok(&facts)))
}

async fn insert(txn: &WriteTransaction, rows: Vec<order_event::Model>) -> Result<()> {
    let entries: Vec<ChainEntry<'_>> = rows
        .iter()
        .map(|row| ChainEntry {
            order: Some(row.order_id),
            seq: i64::from(row.seq),
            hash: &row.hash,
        })
        .collect();
    leaves::enqueue(txn, &entries).await?;
    let rows = rows.into_iter().map(|row| {
        let mut row = order_event::ActiveModel::from(row).reset_all();
        row.id = NotSet;
        row
    });
    order_event::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// SHA-256 of the hash before it and every field of the event.
#[must_use]
pub fn hash(event: &order_event::Model) -> String {
    hash_chain::link_hash(&event.prev_hash, &hashed_fields(event))
}

/// The fields of an event that its hash covers besides the hash before it.
#[must_use]
pub fn hashed_fields(event: &order_event::Model) -> Value {
    let order_event::Model {
        id: _,
        order_id,
        seq,
        action,
        actor_id,
        actor_role,
        unit_id,
        at,
        from_status,
        to_status,
        round,
        visibility,
        note,
        detail,
        photo_ids,
        prev_hash: _,
        hash: _,
    } = event;
    json!([
        order_id,
        seq,
        action,
        actor_id,
        actor_role,
        unit_id,
        at.timestamp_micros(),
        from_status,
        to_status,
        round,
        visibility,
        note,
        detail,
        photo_ids,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::kinds::ActorRole;

    fn event() -> order_event::Model {
        order_event::Model {
            id: 0,
            order_id: OrderId::generate(),
            seq: 1,
            action: EventAction::Submitted,
            actor_id: None,
            actor_role: ActorRole::Delegate,
            unit_id: None,
            at: "2025-01-17T01:00:00.000001Z".parse().unwrap(),
            from_status: None,
            to_status: Status::Submitted,
            round: 1,
            visibility: Visibility::Public,
            note: None,
            detail: json!({ "b": 1, "a": [null, "路"] }),
            photo_ids: json!([]),
            prev_hash: GENESIS_HASH.to_owned(),
            hash: String::new(),
        }
    }

    #[test]
    fn any_change_changes_the_hash() {
        let event = event();
        let before = hash(&event);
        assert_eq!(before, hash(&event.clone()));
        let changes: [fn(&mut order_event::Model); 5] = [
            |e| e.note = Some(String::new()),
            |e| e.detail = json!({ "b": 1, "a": ["路", null] }),
            |e| e.at += chrono::TimeDelta::microseconds(1),
            |e| e.visibility = Visibility::Internal,
            |e| e.prev_hash = "1".repeat(64),
        ];
        for change in changes {
            let mut changed = event.clone();
            change(&mut changed);
            assert_ne!(hash(&changed), before);
        }
    }
}
