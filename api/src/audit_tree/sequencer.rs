//! Appends committed entries to the tree, in batches. One replica appends at a time and holds the lock on the head;
//! transactions that write history never wait for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::ids::OrderId;
use entity::kinds::{EventAction, LeafKind};
use entity::{audit_head, audit_leaf, audit_pending, audit_state};
use merkle::tiles;
use sea_orm::ConnectionTrait;

use super::entry::Entry;
use super::items::Item;
use super::keys::TreeKeys;
use super::state::{self, Difference};
use super::{rows, store};
use crate::app::App;
use crate::audit_log::leaves::ChainEntry;
use crate::db;
use crate::error::{Error, Result};

/// Entries per transaction: on SQLite every other writer waits for it.
const BATCH: u64 = 512;

/// How far the tree lags behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Leaves of the tree.
    pub leaves: u64,
    /// Committed entries that are not in the tree yet.
    pub waiting: u64,
    /// Entries with an invalid seal.
    pub refused: u64,
}

pub async fn lag(connection: &impl ConnectionTrait) -> Result<Lag> {
    let (waiting, refused) = store::count_pending(connection).await?;
    let head = store::head(connection).await?;
    Ok(Lag {
        leaves: store::to_u64(head.size),
        waiting,
        refused,
    })
}

/// Appends all pending entries. Returns the number of new leaves; 0 while another replica appends.
pub async fn sequence(app: &App) -> Result<usize> {
    let mut appended = 0;
    loop {
        let waits = !store::pending(&app.db, 1).await?.is_empty();
        if !waits && store::head(&app.db).await?.start_leaf.is_some() {
            return Ok(appended);
        }
        let batch = match append_batch(app).await {
            // Another replica has appended since this transaction's snapshot.
            Err(error) if is_conflict(&error) => 0,
            result => result?,
        };
        appended += batch;
        if batch == 0 {
            return Ok(appended);
        }
    }
}

fn is_conflict(error: &Error) -> bool {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("could not serialize access") {
            return true;
        }
        source = error.source();
    }
    false
}

async fn append_batch(app: &App) -> Result<usize> {
    let keys = app.state::<TreeKeys>();
    let txn = db::write(&app.db).await?;
    txn.snapshot().await?;
    let Some(mut head) = store::try_lock_head(&txn).await? else {
        return Ok(0);
    };
    let waiting = store::pending(&txn, BATCH).await?;
    let mut batch = Batch::default();
    if head.start_leaf.is_none() {
        // Entries of older releases have no seal. After the first sealed entry every entry needs one.
        let older: Vec<_> = waiting
            .iter()
            .filter(|entry| entry.seal.is_none())
            .cloned()
            .collect();
        if older.is_empty() {
            batch.entries.push(start());
            head.start_leaf = Some(head.size);
        } else {
            batch.take(older);
        }
    } else {
        let orders: BTreeSet<OrderId> = waiting.iter().filter_map(|entry| entry.order_id).collect();
        let orders: Vec<OrderId> = orders.into_iter().collect();
        let acts = waiting.into_iter().filter(|entry| entry.order_id.is_none());
        batch.sort(acts.collect(), keys);
        // All pending entries of an order, so its rows and its events are of one instant.
        let mut of_orders = store::pending_of(&txn, &orders).await?;
        of_orders.retain(|entry| !entry.refused);
        batch.sort(of_orders, keys);
    }
    batch.bind_states(&txn).await?;
    let appended = batch.append(&txn, &mut head).await?;
    store::save_head(&txn, head).await?;
    txn.commit().await?;
    batch.report();
    Ok(appended)
}

fn start() -> Entry {
    Entry {
        kind: LeafKind::Start,
        order: None,
        seq: 0,
        hash: "0".repeat(64),
        state: None,
    }
}

/// Entries that become leaves together.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    /// Their rows in `audit_pending`.
    taken: Vec<i64>,
    refused: Vec<i64>,
    unexplained: Vec<(OrderId, Difference)>,
}

impl Batch {
    fn take(&mut self, entries: Vec<audit_pending::Model>) {
        for entry in entries {
            self.taken.push(entry.id);
            self.entries.push(Entry {
                kind: entry.kind,
                order: entry.order_id,
                seq: entry.seq,
                hash: entry.hash,
                state: None,
            });
        }
    }

    /// Takes the entries whose seals hold.
    fn sort(&mut self, entries: Vec<audit_pending::Model>, keys: &TreeKeys) {
        let (sealed, refused): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| is_sealed(entry, keys));
        self.refused.extend(refused.iter().map(|entry| entry.id));
        self.take(sealed);
    }

    /// Adds the hash over the rows of each order to its last entry.
    async fn bind_states(&mut self, txn: &impl ConnectionTrait) -> Result<()> {
        let mut last: BTreeMap<OrderId, usize> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if let Some(order) = entry.order {
                last.insert(order, at);
            }
        }
        let orders: Vec<OrderId> = last.keys().copied().collect();
        if orders.is_empty() {
            return Ok(());
        }
        let before = store::states(txn, &orders).await?;
        let actions = actions(txn, &before).await?;
        let mut now = rows::of_orders(txn, &orders).await?;
        let mut saved = Vec::new();
        for (order, at) in last {
            let rows = now.remove(&order).unwrap_or_default();
            let known = before.get(&order);
            let of_order = actions.get(&order).map(Vec::as_slice).unwrap_or_default();
            let items = self.reconcile(order, known, rows.items(), of_order);
            let number = rows.order.map(|order| order.number);
            if let Some(entry) = self.entries.get_mut(at) {
                entry.state = Some(state::state_hash(&items));
                saved.push(audit_state::Model {
                    order_id: order,
                    number: number
                        .or_else(|| known.map(|state| state.number.clone()))
                        .unwrap_or_default(),
                    seq: entry.seq,
                    items: state::encode(&items),
                });
            }
        }
        store::save_states(txn, saved).await
    }

    fn reconcile(
        &mut self,
        order: OrderId,
        known: Option<&audit_state::Model>,
        now: Vec<Item>,
        actions: &[EventAction],
    ) -> Vec<Item> {
        let Some(before) = known.and_then(|state| state::decode(&state.items)) else {
            return now;
        };
        let reconciled = state::reconcile(&before, &now, actions);
        let found = reconciled.unexplained.into_iter().map(|found| (order, found));
        self.unexplained.extend(found);
        reconciled.items
    }

    async fn append(&self, txn: &impl ConnectionTrait, head: &mut audit_head::Model) -> Result<usize> {
        store::refuse_pending(txn, &self.refused).await?;
        if self.entries.is_empty() {
            return Ok(0);
        }
        let size = store::to_u64(head.size);
        let edge = tiles::edge(size).into_iter().collect();
        let mut tree = store::tiles(txn, &edge).await?;
        let hashes: Vec<merkle::Hash> = self.entries.iter().map(Entry::leaf_hash).collect();
        let changed = tree.append(size, &hashes).map_err(anyhow::Error::from)?;
        let leaves = (head.size..).zip(&self.entries);
        let leaves: Vec<audit_leaf::Model> = leaves.map(|(idx, entry)| to_leaf(idx, entry)).collect();
        store::insert_leaves(txn, &leaves).await?;
        store::save_tiles(txn, &tree, &changed).await?;
        store::delete_pending(txn, &self.taken).await?;
        head.size += store::to_i64(self.entries.len() as u64);
        Ok(self.entries.len())
    }

    /// Logs changes that were not made through the product.
    fn report(&self) {
        if !self.refused.is_empty() {
            tracing::error!(
                entries = self.refused.len(),
                "history entries without a valid seal"
            );
        }
        for (order, found) in &self.unexplained {
            let (item, how) = (found.kind.name(), found.how);
            tracing::error!(%order, item, ?how, "row changed without an event");
        }
    }
}

pub(super) fn is_sealed(entry: &audit_pending::Model, keys: &TreeKeys) -> bool {
    let place = ChainEntry {
        order: entry.order_id,
        seq: entry.seq,
        hash: &entry.hash,
    }
    .place();
    let seal = entry.seal.as_deref();
    seal.is_some_and(|seal| keys.seals.holds(&place, &entry.hash, seal))
}

fn to_leaf(idx: i64, entry: &Entry) -> audit_leaf::Model {
    let Entry {
        kind,
        order,
        seq,
        hash,
        state,
    } = entry.clone();
    audit_leaf::Model {
        idx,
        kind,
        order_id: order,
        seq,
        hash,
        state,
    }
}

/// Returns the events of each order since its last leaf.
async fn actions(
    txn: &impl ConnectionTrait,
    before: &HashMap<OrderId, audit_state::Model>,
) -> Result<HashMap<OrderId, Vec<EventAction>>> {
    let orders: Vec<OrderId> = before.keys().copied().collect();
    let mut actions: HashMap<OrderId, Vec<EventAction>> = HashMap::new();
    if orders.is_empty() {
        return Ok(actions);
    }
    for event in store::events_of(txn, &orders).await? {
        let known = before.get(&event.order_id).map_or(0, |state| state.seq);
        if i64::from(event.seq) > known {
            actions.entry(event.order_id).or_default().push(event.action);
        }
    }
    Ok(actions)
}
