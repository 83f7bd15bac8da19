//! The recent reports of this replica in memory, indexed by their words. It follows the table of orders, a report
//! at a time; nothing in it is needed after a restart but the time to read half a year again.

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

/// A report is met again within so many days.
pub const WINDOW: TimeDelta = TimeDelta::days(180);
/// Transactions may commit in another order than their orders were made.
pub const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Orders read at a time: their words are cut in some tenths of a second.
const PORTION: u64 = 2_000;

/// The index, filled from the start of the server.
#[derive(Clone, Default)]
pub struct Memory {
    recent: Arc<RwLock<Recent>>,
    /// Held by whoever reads on.
    reader: Arc<Mutex<()>>,
}

/// Whether somebody waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Haste {
    /// A job: everything is read.
    None,
    /// A request: one portion with something new, and only if nobody is in the way.
    Asked,
}

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

/// Reads the recent reports before anybody asks for them.
pub async fn warm(app: App) {
    match app.recent.up_to(&app, app.clock.now()).await {
        Ok(recent) => tracing::info!(reports = recent.index.len(), "recent reports read"),
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "recent reports not read"
        ),
    }
}

impl Memory {
    /// All recent reports up to now, for a job: the first time it reads for a while.
    pub async fn up_to(&self, app: &App, now: DateTime<Utc>) -> Result<OwnedRwLockReadGuard<Recent>> {
        let _reading = self.reader.lock().await;
        self.read_on(app, now, Haste::None).await?;
        Ok(Arc::clone(&self.recent).read_owned().await)
    }

    /// The recent reports as far as they are known, for a request: what has come since is taken in, but nobody
    /// waits for another reader, nor for half a year after a restart.
    pub async fn at_hand(&self, app: &App, now: DateTime<Utc>) -> Result<OwnedRwLockReadGuard<Recent>> {
        if let Ok(_reading) = self.reader.try_lock() {
            self.read_on(app, now, Haste::Asked).await?;
        }
        Ok(Arc::clone(&self.recent).read_owned().await)
    }

    async fn read_on(&self, app: &App, now: DateTime<Utc>, haste: Haste) -> Result<()> {
        let mut from = (self.recent.read().await.read_until(now), None);
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
                let cut = tokio::task::spawn_blocking(move || fresh.into_iter().map(cut).collect::<Vec<_>>());
                let cut = cut.await.map_err(anyhow::Error::from)?;
                let Some(mut recent) = self.to_write(haste).await else {
                    return Ok(());
                };
                if haste == Haste::Asked {
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
        let is_old = self.recent.read().await.reaches_before(now - WINDOW);
        if is_old && let Some(mut recent) = self.to_write(haste).await {
            recent.forget_before(now - WINDOW);
        }
        Ok(())
    }

    /// A writer that waits keeps later readers waiting: a request does not become one while a job reads for long.
    async fn to_write(&self, haste: Haste) -> Option<OwnedRwLockWriteGuard<Recent>> {
        let recent = Arc::clone(&self.recent);
        match haste {
            Haste::None => Some(recent.write_owned().await),
            Haste::Asked => recent.try_write_owned().ok(),
        }
    }
}

fn cut(row: Text) -> (Text, Features) {
    let features = Features::of("", &row.description);
    (row, features)
}

impl Recent {
    pub fn add(&mut self, row: &Text, features: Features) {
        self.index.add(row.id, features);
        self.note(row);
    }

    /// Many, on all cores: not for a thread that answers requests.
    fn add_all(&mut self, rows: Vec<(Text, Features)>) {
        rows.iter().for_each(|(row, _)| self.note(row));
        let features = rows.into_iter().map(|(row, features)| (row.id, features));
        self.index.add_all(features);
    }

    fn note(&mut self, row: &Text) {
        self.by_time.insert((row.created_at, row.id));
        let facts = Facts {
            at: row.created_at,
            reporter: row.reporter_id,
        };
        self.facts.insert(row.id, facts);
    }

    fn read_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = self.by_time.last().map(|(at, _)| *at - OVERLAP);
        last.unwrap_or(now - WINDOW).max(now - WINDOW)
    }

    fn reaches_before(&self, before: DateTime<Utc>) -> bool {
        self.by_time.first().is_some_and(|(at, _)| *at < before)
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
