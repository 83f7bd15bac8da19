//! Takes in the orders of one file: all of them or none, in one transaction. Nobody is notified.

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
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue_all};
use crate::orders::actions::reply::ASK_FOLLOW_UP;
use crate::orders::search::text_index::TextIndex;

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

/// Writes `orders` (oldest first, already validated) and calls `progress` with the number written so far.
///
/// An order whose number is known already is left alone, so that a file can be imported again. The cost is per order; memory
/// holds 200 at a time.
///
/// # Errors
/// Whatever the database says; then nothing is written.
pub async fn import(
    app: &App,
    file: &SourceFile,
    orders: impl IntoIterator<Item = Result<PastOrder>>,
    progress: impl Fn(usize),
) -> Result<ImportCounts> {
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    let unknown_person = store::unknown_person(&txn, now).await?;
    let import = match store::by_file_hash(&txn, &file.hash).await? {
        Some(known) => known.id,
        None => store::insert_import(&txn, import_row(file, now)).await?,
    };
    let context = ImportContext {
        import,
        unknown_person,
        rules: city.deadline_rules(),
        now,
    };
    let mut counts = ImportCounts::default();
    let mut first = now;
    let mut batch = Vec::with_capacity(BATCH);
    for order in orders {
        let order = order?;
        first = first.min(order.submitted_at);
        batch.push(order);
        if batch.len() == BATCH {
            write(&txn, std::mem::take(&mut batch), context, &mut counts).await?;
            progress(counts.added + counts.unchanged);
        }
    }
    write(&txn, batch, context, &mut counts).await?;
    finish(&txn, import, first, counts).await?;
    txn.commit().await?;
    app.state::<TextIndex>().reset().await;
    Ok(counts)
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
    let rows = fresh
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
    store::insert(txn, rows).await?;
    let jobs = waiting.into_iter().map(|order| NewJob {
        kind: ASK_FOLLOW_UP,
        subject: order.to_string(),
        dedup_key: None,
        run_at: context.now,
    });
    let jobs: Vec<_> = jobs.collect();
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
        let used = store::used_numbers(&*app.db, numbers).await?.len();
        counts.unchanged += used;
        counts.added += part.len() - used;
    }
    Ok(counts)
}

/// The person who stands for people an earlier system did not name.
pub async fn unknown_person(app: &App) -> Result<PersonId> {
    let txn = db::write(&app.db).await?;
    let person = store::unknown_person(&txn, app.clock.now()).await?;
    txn.commit().await?;
    Ok(person)
}
