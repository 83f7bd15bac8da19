//! Takes in the orders of one file: all of them or none, in one transaction. Nobody is notified.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::Status;
use entity::order_import;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::ConnectionTrait;

use super::past_order::PastOrder;
use super::rows::{self, ImportContext};
use super::store;
use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue_all};
use crate::orders::actions::reply::AskForVerdict;
use crate::orders::search::text_index::TextIndex;
use crate::supervision::past::numbering;

/// Orders per statement and table.
const BATCH: usize = 200;

/// The file that orders come from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: String,
    /// SHA-256 of its bytes.
    pub hash: String,
    /// `None` for the command line.
    pub by: Option<PersonId>,
}

/// How many orders an import wrote, and how many were there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportCounts {
    pub added: usize,
    pub unchanged: usize,
}

/// Writes `orders`, already validated.
///
/// An order whose number is known already is left alone, so that a file can be imported again.
///
/// # Errors
/// Whatever the database says; then nothing is written.
pub async fn import(app: &App, file: &SourceFile, orders: Vec<PastOrder>) -> Result<ImportCounts> {
    let mut import = Import::begin(app, file).await?;
    import.add(orders).await?;
    import.finish(app).await
}

/// An import under way: one transaction, which is undone if it is dropped. Orders may come in any order and in parts of any
/// size; 200 are written per statement.
pub struct Import {
    txn: WriteTransaction,
    city: Arc<City>,
    import: i64,
    unknown_person: PersonId,
    now: DateTime<Utc>,
    first: DateTime<Utc>,
    counts: ImportCounts,
}

impl Import {
    pub async fn begin(app: &App, file: &SourceFile) -> Result<Self> {
        let now = app.clock.now();
        let txn = db::write(&app.db).await?;
        let unknown_person = store::unknown_person(&txn, now).await?;
        let import = match store::by_file_hash(&txn, &file.hash).await? {
            Some(known) => known.id,
            None => store::insert_import(&txn, import_row(file, now)).await?,
        };
        Ok(Self {
            txn,
            city: app.state::<CityHandle>().load(),
            import,
            unknown_person,
            now,
            first: now,
            counts: ImportCounts::default(),
        })
    }

    /// The person who stands for people an earlier system did not name.
    #[must_use]
    pub fn unknown_person(&self) -> PersonId {
        self.unknown_person
    }

    /// Orders written or found so far.
    #[must_use]
    pub fn done(&self) -> usize {
        self.counts.added + self.counts.unchanged
    }

    pub async fn add(&mut self, mut orders: Vec<PastOrder>) -> Result<()> {
        let city = self.city.clone();
        let context = ImportContext {
            import: self.import,
            unknown_person: self.unknown_person,
            rules: city.deadline_rules(),
            now: self.now,
        };
        let issued = orders.iter_mut().flat_map(|order| order.supervision.iter_mut());
        numbering::number(&self.txn, city.zone(), issued.collect()).await?;
        while !orders.is_empty() {
            let rest = orders.split_off(orders.len().min(BATCH));
            let batch = std::mem::replace(&mut orders, rest);
            self.first = batch
                .iter()
                .fold(self.first, |first, order| first.min(order.submitted_at));
            write(&self.txn, batch, context, &mut self.counts).await?;
        }
        Ok(())
    }

    /// Commits.
    pub async fn finish(self, app: &App) -> Result<ImportCounts> {
        finish(&self.txn, self.import, self.first, self.counts).await?;
        self.txn.commit().await?;
        app.state::<TextIndex>().reset().await;
        Ok(self.counts)
    }
}

async fn write(
    txn: &WriteTransaction,
    batch: Vec<PastOrder>,
    context: ImportContext<'_>,
    counts: &mut ImportCounts,
) -> Result<()> {
    let numbers = batch.iter().map(|order| order.number.clone()).collect();
    let used = store::used_numbers(txn, numbers).await?;
    let all = batch.len();
    let fresh = batch.iter().filter(|order| !used.contains(&order.number));
    let mut rows = fresh
        .map(|order| rows::build(order, context))
        .collect::<Result<Vec<_>>>()?;
    counts.added += rows.len();
    counts.unchanged += all - rows.len();
    if rows.is_empty() {
        return Ok(());
    }
    let waiting: Vec<_> = rows
        .iter()
        .filter(|rows| rows.order.status == Status::Replied)
        .map(|rows| rows.order.id)
        .collect();
    let issued = rows
        .iter_mut()
        .flat_map(|rows| std::mem::take(&mut rows.supervision));
    let issued = issued.collect();
    store::insert(txn, rows).await?;
    numbering::insert(txn, issued, &context.rules.policy.clocks, context.now).await?;
    let jobs = waiting
        .into_iter()
        .map(|order| NewJob::of::<AskForVerdict>(&order, context.now));
    let jobs: Vec<_> = jobs.collect::<Result<_>>()?;
    if jobs.is_empty() {
        Ok(())
    } else {
        enqueue_all(txn, jobs, context.now).await
    }
}

fn import_row(file: &SourceFile, now: DateTime<Utc>) -> order_import::ActiveModel {
    order_import::ActiveModel {
        id: NotSet,
        file_name: Set(file.name.chars().take(255).collect()),
        file_hash: Set(file.hash.clone()),
        orders: Set(0),
        first_at: Set(now),
        imported_by: Set(file.by),
        imported_at: Set(now),
    }
}

async fn finish(
    txn: &WriteTransaction,
    import: i64,
    first: DateTime<Utc>,
    counts: ImportCounts,
) -> Result<()> {
    if counts.added == 0 {
        return Ok(());
    }
    let added = i32::try_from(counts.added).unwrap_or(i32::MAX);
    store::add_to_import(txn, import, added, first).await
}

/// When the earliest order was submitted that was imported after `since`; `None` if nothing was.
pub async fn earliest_imported_since(
    db: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    store::earliest_imported_since(db, since).await
}

/// Returns the result that an import of `orders` would have.
pub async fn preview(app: &App, orders: &[PastOrder]) -> Result<ImportCounts> {
    let mut counts = ImportCounts::default();
    for part in orders.chunks(BATCH) {
        let numbers = part.iter().map(|order| order.number.clone()).collect();
        let used = store::used_numbers(&app.db, numbers).await?.len();
        counts.unchanged += used;
        counts.added += part.len() - used;
    }
    Ok(counts)
}
