//! Compares the events and rows of every order with its leaves, a page of orders at a time.

use std::collections::{BTreeMap, HashMap};

use entity::ids::OrderId;
use entity::kinds::EventAction;
use entity::{audit_leaf, audit_pending, audit_state, order_event};

use super::contents::OrderRows;
use super::items::Item;
use super::keys::TreeKeys;
use super::report::{Finding, TreeReport};
use super::sequencer::is_sealed;
use super::state::{self, How};
use super::{rows, store};
use crate::app::App;
use crate::error::Result;
use crate::orders::history;

/// Orders per page.
const PAGE: u64 = 500;

pub(super) async fn verify(app: &App, report: &mut TreeReport, progress: &mut impl FnMut(u64)) -> Result<()> {
    let mut after = None;
    loop {
        let page = store::order_page(&app.db, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        after = Some(*last);
        verify_page(app, &page, report).await?;
        progress(report.leaves + report.events);
    }
    let removed = store::removed_orders(&app.db, PAGE).await?;
    let states = store::states(&app.db, &removed).await?;
    for id in removed {
        let known = states.get(&id).filter(|state| !state.number.is_empty());
        let order = known.map_or_else(|| id.to_string(), |state| state.number.clone());
        report.find(Finding::OrderRemoved { order });
    }
    Ok(())
}

/// The rows of one order in the database.
#[derive(Default)]
struct Record {
    number: String,
    events: BTreeMap<i64, order_event::Model>,
    leaves: Vec<audit_leaf::Model>,
    waiting: Vec<audit_pending::Model>,
    state: Option<audit_state::Model>,
    rows: OrderRows,
}

async fn verify_page(app: &App, page: &[(OrderId, String)], report: &mut TreeReport) -> Result<()> {
    let ids: Vec<OrderId> = page.iter().map(|(id, _)| *id).collect();
    let mut records: HashMap<OrderId, Record> = HashMap::new();
    // Leaves before rows: an order that changes meanwhile has newer, pending events.
    for leaf in store::leaves_of(&app.db, &ids).await? {
        if let Some(order) = leaf.order_id {
            records.entry(order).or_default().leaves.push(leaf);
        }
    }
    for (order, known) in store::states(&app.db, &ids).await? {
        records.entry(order).or_default().state = Some(known);
    }
    for (order, rows) in rows::of_orders(&app.db, &ids).await? {
        records.entry(order).or_default().rows = rows;
    }
    for event in store::events_of(&app.db, &ids).await? {
        let of_order = records.entry(event.order_id).or_default();
        of_order.events.insert(i64::from(event.seq), event);
    }
    for entry in store::pending_of(&app.db, &ids).await? {
        if let Some(order) = entry.order_id {
            records.entry(order).or_default().waiting.push(entry);
        }
    }
    let moved = moved_meanwhile(app, &records).await?;
    for (id, number) in page {
        let mut record = records.remove(id).unwrap_or_default();
        record.number.clone_from(number);
        report.orders += 1;
        report.events += record.events.len() as u64;
        if !moved.contains(id) {
            record.verify(app.state::<TreeKeys>(), report);
        }
    }
    Ok(())
}

/// Returns the orders that got leaves while the page was read; their rows may be newer than the leaves that were read.
async fn moved_meanwhile(app: &App, records: &HashMap<OrderId, Record>) -> Result<Vec<OrderId>> {
    let suspects: Vec<OrderId> = records
        .iter()
        .filter(|(_, record)| record.events.len() > record.leaves.len() + record.waiting.len())
        .map(|(id, _)| *id)
        .collect();
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    let mut leaves: HashMap<OrderId, usize> = HashMap::new();
    for leaf in store::leaves_of(&app.db, &suspects).await? {
        if let Some(order) = leaf.order_id {
            *leaves.entry(order).or_default() += 1;
        }
    }
    let grown = |id: &OrderId| {
        let before = records.get(id).map_or(0, |record| record.leaves.len());
        leaves.get(id).copied().unwrap_or_default() > before
    };
    Ok(suspects.into_iter().filter(grown).collect())
}

impl Record {
    fn verify(&self, keys: &TreeKeys, report: &mut TreeReport) {
        if self.events.is_empty() && self.leaves.is_empty() && self.waiting.is_empty() {
            report.find(Finding::OrderForged {
                order: self.number.clone(),
            });
            return;
        }
        self.verify_events(keys, report);
        self.verify_rows(report);
    }

    fn verify_events(&self, keys: &TreeKeys, report: &mut TreeReport) {
        let order = || self.number.clone();
        let bound: BTreeMap<i64, &str> = self
            .leaves
            .iter()
            .map(|leaf| (leaf.seq, leaf.hash.as_str()))
            .collect();
        // Entries of older releases have no seal until they are in the tree.
        let is_good = |entry: &&audit_pending::Model| {
            !entry.refused && (is_sealed(entry, keys) || (entry.seal.is_none() && self.leaves.is_empty()))
        };
        let waiting: BTreeMap<i64, &str> = self
            .waiting
            .iter()
            .filter(is_good)
            .map(|entry| (entry.seq, entry.hash.as_str()))
            .collect();
        for (seq, event) in &self.events {
            let seq = *seq;
            let expected = bound.get(&seq).or_else(|| waiting.get(&seq));
            match expected {
                None => report.find(Finding::EventForged { order: order(), seq }),
                // The chain continues from the stored hash.
                Some(expected) if history::hash(event) == *expected && event.hash == *expected => {}
                Some(_) => report.find(Finding::EventChanged { order: order(), seq }),
            }
        }
        for seq in bound.keys().chain(waiting.keys()) {
            if !self.events.contains_key(seq) {
                let (order, seq) = (order(), *seq);
                report.find(Finding::EventRemoved { order, seq });
            }
        }
    }

    fn verify_rows(&self, report: &mut TreeReport) {
        let Some(bound) = self.leaves.iter().rev().find_map(|leaf| leaf.state.as_deref()) else {
            return;
        };
        let now = self.rows.items();
        let known = self.state.as_ref().and_then(|known| state::decode(&known.items));
        let known = known.filter(|items| state::state_hash(items) == bound);
        let Some(known) = known else {
            report.find(Finding::StateChanged {
                order: self.number.clone(),
            });
            return;
        };
        for found in self.differences(&known, &now) {
            report.find(Finding::Row {
                order: self.number.clone(),
                item: found.kind.name(),
                id: found.id.to_string(),
                how: found.how,
            });
        }
    }

    /// Returns the differences that no event explains. Events after the last leaf are pending and explain theirs.
    fn differences(&self, known: &[Item], now: &[Item]) -> Vec<state::Difference> {
        let last = self.leaves.last().map_or(0, |leaf| leaf.seq);
        let later = self.events.range(last + 1..);
        let actions: Vec<EventAction> = later.map(|(_, event)| event.action).collect();
        let mut found = state::reconcile(known, now, &actions).unexplained;
        found.sort_by_key(|found| (found.kind, found.id, found.how == How::Removed));
        found
    }
}
