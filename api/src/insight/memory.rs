//! The recent reports of this replica in memory, indexed by their words. It follows the table of orders;
//! nothing in it is needed after a restart but the time to read half a year again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, PersonId};
use insight::similar::{Features, Index};
use tokio::sync::Mutex;

use crate::app::App;
use crate::error::Result;
use crate::insight::store::reports;

/// A report is met again within so many days.
pub const WINDOW: TimeDelta = TimeDelta::days(180);
/// Transactions may commit in another order than their orders were made.
pub const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Orders read at a time.
const PORTION: u64 = 2_000;

/// The index, filled when it is first asked for.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Recent>>);

/// What is known of the reports of the last [`WINDOW`].
#[derive(Default)]
pub struct Recent {
    pub index: Index<OrderId>,
    pub facts: HashMap<OrderId, Facts>,
    by_time: BTreeSet<(DateTime<Utc>, OrderId)>,
}

/// What a report is besides its words.
#[derive(Clone, Debug)]
pub struct Facts {
    pub at: DateTime<Utc>,
    pub reporter: PersonId,
}

impl Memory {
    /// The recent reports, up to now. Whoever holds them keeps others waiting: take them off the lock's
    /// way quickly, or in the nightly job.
    pub async fn up_to(&self, app: &App, now: DateTime<Utc>) -> Result<tokio::sync::OwnedMutexGuard<Recent>> {
        let mut recent = Arc::clone(&self.0).lock_owned().await;
        let last = recent.by_time.last().map(|(at, _)| *at - OVERLAP);
        let mut from = (last.unwrap_or(now - WINDOW).max(now - WINDOW), None);
        loop {
            let rows = reports::texts_since(&app.db, from, now, PORTION).await?;
            let Some(last) = rows.last().map(|row| (row.created_at, Some(row.id))) else {
                break;
            };
            let full = rows.len() as u64 == PORTION;
            // Cutting words is work for the processor, not for the threads that answer requests.
            recent = tokio::task::spawn_blocking(move || {
                rows.into_iter().for_each(|row| recent.add(row));
                recent
            })
            .await
            .map_err(anyhow::Error::from)?;
            if !full {
                break;
            }
            from = last;
        }
        recent.forget_before(now - WINDOW);
        Ok(recent)
    }
}

impl Recent {
    pub(super) fn add(&mut self, row: reports::Text) {
        if self.index.contains(row.id) {
            return;
        }
        self.index.add(row.id, Features::of("", &row.description));
        self.by_time.insert((row.created_at, row.id));
        let facts = Facts {
            at: row.created_at,
            reporter: row.reporter_id,
        };
        self.facts.insert(row.id, facts);
    }

    fn forget_before(&mut self, before: DateTime<Utc>) {
        while let Some((at, id)) = self.by_time.first().copied() {
            if at >= before {
                break;
            }
            self.by_time.pop_first();
            self.index.remove(id);
            self.facts.remove(&id);
        }
    }

    /// The reports since then, in order.
    pub fn since(&self, from: DateTime<Utc>) -> impl Iterator<Item = OrderId> + '_ {
        let nil = OrderId(uuid::Uuid::nil());
        self.by_time.range((from, nil)..).map(|(_, id)| *id)
    }
}
