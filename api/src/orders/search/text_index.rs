//! The recent reports of this replica in memory, indexed by their words.
//!
//! It follows the table of orders, a report at a time; nothing in it is needed after a restart but the time to read
//! half a year again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, PersonId};
use insight::similar::{Features, Index};
use tokio::sync::{Mutex, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::app::App;
use crate::error::Result;
use crate::orders::store;
pub use crate::orders::store::Text;

/// Reports of this period are compared with new ones.
pub const WINDOW: TimeDelta = TimeDelta::days(180);
/// Transactions may commit in another order than their orders were made.
pub const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Orders read at a time: their words are cut in some tenths of a second.
const PORTION: u64 = 2_000;

/// The index, filled from the start of the server.
#[derive(Clone, Default)]
pub struct TextIndex {
    recent: Arc<RwLock<IndexedOrders>>,
    /// Locked by the reader that extends the index.
    reader: Arc<Mutex<()>>,
}

/// The mode of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RefreshMode {
    /// A job: everything is read.
    None,
    /// For a request: reads one portion, and only if no other reader is active.
    Asked,
}

/// The reports of the last [`WINDOW`].
#[derive(Default)]
pub struct IndexedOrders {
    pub index: Index<OrderId>,
    pub facts: HashMap<OrderId, DocumentMeta>,
    by_time: BTreeSet<(DateTime<Utc>, OrderId)>,
}

/// The facts of a report besides its words.
#[derive(Clone, Debug)]
pub struct DocumentMeta {
    pub at: DateTime<Utc>,
    pub reporter: PersonId,
}

/// Reads the recent reports before the first request.
pub async fn preload(app: App) {
    match app.state::<TextIndex>().read_fully(&app, app.clock.now()).await {
        Ok(recent) => tracing::info!(reports = recent.index.len(), "recent reports indexed"),
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "recent reports index failed"
        ),
    }
}

impl TextIndex {
    /// Returns all recent reports up to now, for a job; the first call takes some seconds.
    pub async fn read_fully(
        &self,
        app: &App,
        now: DateTime<Utc>,
    ) -> Result<OwnedRwLockReadGuard<IndexedOrders>> {
        let _reading = self.reader.lock().await;
        self.refresh(app, now, RefreshMode::None).await?;
        Ok(Arc::clone(&self.recent).read_owned().await)
    }

    /// Returns the recent reports as far as known, for a request: adds new ones, but waits neither for another reader
    /// nor for the initial load after a restart.
    pub async fn read_best_effort(
        &self,
        app: &App,
        now: DateTime<Utc>,
    ) -> Result<OwnedRwLockReadGuard<IndexedOrders>> {
        if let Ok(_reading) = self.reader.try_lock() {
            self.refresh(app, now, RefreshMode::Asked).await?;
        }
        Ok(Arc::clone(&self.recent).read_owned().await)
    }

    async fn refresh(&self, app: &App, now: DateTime<Utc>, haste: RefreshMode) -> Result<()> {
        let mut from = (self.recent.read().await.indexed_until(now), None);
        loop {
            let rows = store::texts_since(&app.db, from, now, PORTION).await?;
            let Some(last) = rows.last().map(|row| (row.created_at, Some(row.id))) else {
                break;
            };
            let full = rows.len() as u64 == PORTION;
            let fresh: Vec<Text> = {
                let recent = self.recent.read().await;
                let is_new = |row: &Text| !recent.index.contains(row.id);
                rows.into_iter().filter(is_new).collect()
            };
            if !fresh.is_empty() {
                // Cutting words is work for the processor, not for the threads that answer requests.
                let cut =
                    tokio::task::spawn_blocking(move || fresh.into_iter().map(tokenize).collect::<Vec<_>>());
                let cut = cut.await.map_err(anyhow::Error::from)?;
                let Some(mut recent) = self.to_write(haste).await else {
                    return Ok(());
                };
                if haste == RefreshMode::Asked {
                    cut.into_iter()
                        .for_each(|(row, features)| recent.add(&row, features));
                    break;
                }
                let add_all = tokio::task::spawn_blocking(move || recent.add_all(cut));
                add_all.await.map_err(anyhow::Error::from)?;
            }
            if !full {
                break;
            }
            from = last;
        }
        let is_old = self.recent.read().await.has_older_than(now - WINDOW);
        if is_old && let Some(mut recent) = self.to_write(haste).await {
            recent.evict_before(now - WINDOW);
        }
        Ok(())
    }

    /// Forgets everything: the next reader reads the whole window again, past orders that were imported included.
    pub async fn reset(&self) {
        *self.recent.write().await = IndexedOrders::default();
    }

    /// A writer that waits keeps later readers waiting: a request does not become one while a job reads for long.
    async fn to_write(&self, haste: RefreshMode) -> Option<OwnedRwLockWriteGuard<IndexedOrders>> {
        let recent = Arc::clone(&self.recent);
        match haste {
            RefreshMode::None => Some(recent.write_owned().await),
            RefreshMode::Asked => recent.try_write_owned().ok(),
        }
    }
}

fn tokenize(row: Text) -> (Text, Features) {
    let features = Features::of("", &row.description);
    (row, features)
}

impl IndexedOrders {
    pub fn add(&mut self, row: &Text, features: Features) {
        self.index.add(row.id, features);
        self.record_meta(row);
    }

    /// Many, on all cores: not for a thread that answers requests.
    fn add_all(&mut self, rows: Vec<(Text, Features)>) {
        rows.iter().for_each(|(row, _)| self.record_meta(row));
        let features = rows.into_iter().map(|(row, features)| (row.id, features));
        self.index.add_all(features);
    }

    fn record_meta(&mut self, row: &Text) {
        self.by_time.insert((row.created_at, row.id));
        let facts = DocumentMeta {
            at: row.created_at,
            reporter: row.reporter_id,
        };
        self.facts.insert(row.id, facts);
    }

    fn indexed_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = self.by_time.last().map(|(at, _)| *at - OVERLAP);
        last.unwrap_or(now - WINDOW).max(now - WINDOW)
    }

    fn has_older_than(&self, before: DateTime<Utc>) -> bool {
        self.by_time.first().is_some_and(|(at, _)| *at < before)
    }

    fn evict_before(&mut self, before: DateTime<Utc>) {
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
