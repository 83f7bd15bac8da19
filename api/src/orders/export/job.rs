//! Exports a long list to a file in the background.
//!
//! Each run of the job reads one more step of the list into the object store, so no run is long and a crash costs one
//! step; the last run assembles the workbook. The file is delivered to the requester as long as they have the same
//! rights, and is deleted after a day.

use std::io::{self, Write};

use bytes::Bytes;
use chrono::TimeDelta;
use entity::ids::ExportId;
use entity::kinds::{ExportFormat, ExportStatus};
use entity::order_export;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::store::{self, Progress};
use super::{AT_ONCE, PageReader, head, lines, protected, rights, unchanged, workbook};
use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, ErrorKind, Result};
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Job, Lane};
use crate::objects::client::ObjectStore;
use crate::orders::rules::actor::Actor;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::people::profile;
use crate::stored_json::StoredJson;

const RETENTION: TimeDelta = TimeDelta::days(RETENTION_DAYS);
/// This time in days, for texts.
pub const RETENTION_DAYS: i64 = 1;
/// Longer than all attempts of the job together and the day for which its file is kept.
const ABANDONED: TimeDelta = TimeDelta::days(4);
/// One person's unfinished files.
const MAX_IN_PROGRESS: u64 = 3;
/// The maximum number of files on a person's page.
const MAX_SHOWN: u64 = 20;
/// A piece of a workbook in the object store.
const CHUNK_BYTES: usize = 4 << 20;

/// Reads or assembles one more step of an export.
pub struct ExportStep;

impl Job for ExportStep {
    const NAME: &'static str = "export_orders";
    const LANE: Lane = Lane::Heavy;
    type Input = ExportId;

    async fn run(app: &App, id: ExportId) -> Result<()> {
        run_step(app, id).await
    }
}

/// Removes the file of an export.
pub struct RemoveExport;

impl Job for RemoveExport {
    const NAME: &'static str = "remove_export";
    const LANE: Lane = Lane::Heavy;
    type Input = ExportId;

    async fn run(app: &App, id: ExportId) -> Result<()> {
        remove(app, id).await
    }
}

/// A request for an export.
pub struct ExportRequest {
    pub format: ExportFormat,
    /// The list's address after the question mark.
    pub address: String,
    pub query: ListQuery,
}

fn access_key(caller: &Caller) -> String {
    rights::encode(caller.role, &caller.order_access())
}

impl StoredJson for ListQuery {
    const COLUMNS: &'static [&'static str] = &["order_export.query"];
    const LABEL: &'static str = "导出条件";
}

/// Starts a file; one that is under way already is the answer, so that two clicks make one.
pub async fn request(app: &App, caller: &Caller, wish: ExportRequest) -> Result<ExportId> {
    let now = app.clock.now();
    let total = list::count(app, &Actor::from(caller), &wish.query).await?;
    let asked = Sha256::digest(format!("{} {}", wish.format, wish.address));
    let row = order_export::Model {
        id: ExportId::generate(),
        person_id: caller.person,
        format: wish.format,
        address: wish.address,
        query: wish.query.to_stored(),
        asked_hash: hex::encode(asked),
        sight: access_key(caller),
        status: ExportStatus::Reading,
        total: i64::try_from(total).unwrap_or(i64::MAX),
        done: 0,
        cursor: None,
        pieces: serde_json::json!([]),
        asked_at: now,
        ready_at: None,
        expires_at: None,
    };
    let (id, hash) = (row.id, row.asked_hash.clone());
    let txn = db::write(&app.db).await?;
    if let Some(first) = store::in_progress(&txn, caller.person, &hash).await? {
        return Ok(first.id);
    }
    if store::count_in_progress(&txn, caller.person).await? >= MAX_IN_PROGRESS {
        let detail = format!("您已有 {MAX_IN_PROGRESS} 份文件正在生成，请等其中一份完成。");
        return Err(Error::refused(ErrorKind::Rule, "too_many_exports", detail));
    }
    if !store::insert(&txn, row).await? {
        drop(txn);
        let first = store::in_progress(&app.db, caller.person, &hash).await?;
        return first.map(|row| row.id).ok_or_else(Error::not_found);
    }
    enqueue(&txn, NewJob::of::<ExportStep>(&id, now)?, now).await?;
    // Whatever becomes of it, nothing of it stays.
    enqueue(&txn, NewJob::of::<RemoveExport>(&id, now + ABANDONED)?, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(id)
}

/// The caller's own files, the newest first.
pub async fn list_own(app: &App, caller: &Caller) -> Result<Vec<order_export::Model>> {
    store::for_person(&app.db, caller.person, MAX_SHOWN).await
}

/// Streams the file of a finished export, for its requester only.
pub async fn file(
    app: &App,
    caller: &Caller,
    id: ExportId,
) -> Result<(order_export::Model, impl Stream<Item = Result<Bytes>> + use<>)> {
    let row = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let now = app.clock.now();
    let alive = row.expires_at.is_some_and(|expires_at| now < expires_at);
    let ready = row.status == ExportStatus::Ready && alive;
    if row.person_id != caller.person || row.sight != access_key(caller) || !ready {
        return Err(Error::not_found());
    }
    let (objects, keys) = (app.state::<ObjectStore>().clone(), chunk_keys(&row));
    let stream = futures_util::stream::iter(keys).then(move |key| {
        let objects = objects.clone();
        async move { Ok(objects.get(&key).await?) }
    });
    Ok((row, stream))
}

fn chunk_keys(row: &order_export::Model) -> Vec<String> {
    serde_json::from_value(row.pieces.clone()).unwrap_or_default()
}

/// A key that no other run of the job writes to.
fn new_key(id: ExportId) -> String {
    format!("{}{}", prefix(id), Uuid::now_v7())
}

fn prefix(id: ExportId) -> String {
    format!("exports/{id}/")
}

/// The job: one step further.
pub async fn run_step(app: &App, id: ExportId) -> Result<()> {
    let Some(row) = store::find(&app.db, id).await? else {
        return Ok(());
    };
    match row.status {
        ExportStatus::Reading => read(app, row).await,
        ExportStatus::Binding => assemble(app, row).await,
        ExportStatus::Ready | ExportStatus::Failed => Ok(()),
    }
}

/// Reads the next orders of the list, with the rights that the person has now.
async fn read(app: &App, row: order_export::Model) -> Result<()> {
    let caller = profile::caller_for_job(app, row.person_id).await?;
    let Some(caller) = caller.filter(|caller| access_key(caller) == row.sight) else {
        return finish(app, &row, ExportStatus::Failed, row.done, Vec::new()).await;
    };
    let query = ListQuery::from_stored(&row.query)?;
    let mut reader = PageReader {
        app,
        actor: &Actor::from(&caller),
        query: &query,
        cursor: row.cursor.clone(),
        over: false,
    };
    let rows = app.db.in_job(reader.read(AT_ONCE)).await?;
    let done = row.done + i64::try_from(rows.len()).unwrap_or_default();
    let mut keys = chunk_keys(&row);
    let csv = row.format == ExportFormat::Csv;
    let text = match (csv, keys.is_empty()) {
        (true, true) => format!("{}{}", head()?, lines(&rows, protected)?),
        (true, false) => lines(&rows, protected)?,
        (false, _) => lines(&rows, unchanged)?,
    };
    let key = new_key(row.id);
    app.state::<ObjectStore>()
        .put(&key, Bytes::from(text), "text/csv")
        .await?;
    keys.push(key);
    if reader.over && csv {
        return finish(app, &row, ExportStatus::Ready, done, keys).await;
    }
    let status = if reader.over {
        ExportStatus::Binding
    } else {
        ExportStatus::Reading
    };
    let now = app.clock.now();
    let progress = Progress {
        status,
        done,
        cursor: reader.cursor,
        pieces: serde_json::json!(keys),
        ready_at: None,
        expires_at: None,
    };
    let txn = db::write(&app.db).await?;
    if store::advance(&txn, &row, progress).await? {
        enqueue(&txn, NewJob::of::<ExportStep>(&row.id, now)?, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Ready or given up; either way it is removed after a day.
async fn finish(
    app: &App,
    row: &order_export::Model,
    status: ExportStatus,
    done: i64,
    keys: Vec<String>,
) -> Result<()> {
    let now = app.clock.now();
    let progress = Progress {
        status,
        done,
        cursor: None,
        pieces: serde_json::json!(keys),
        ready_at: Some(now),
        expires_at: Some(now + RETENTION),
    };
    let txn = db::write(&app.db).await?;
    if store::advance(&txn, row, progress).await? {
        enqueue(&txn, NewJob::of::<RemoveExport>(&row.id, now + RETENTION)?, now).await?;
    }
    Ok(txn.commit().await?)
}

/// Puts the workbook together: rows go in and pieces of the file come out, a few megabytes at a time.
async fn assemble(app: &App, row: order_export::Model) -> Result<()> {
    let (give, take) = mpsc::channel::<Bytes>(1);
    let (send, mut receive) = mpsc::channel::<Bytes>(1);
    let writer = tokio::task::spawn_blocking(move || write(take, send));
    for key in chunk_keys(&row) {
        let rows = app.state::<ObjectStore>().get(&key).await?;
        if give.send(rows).await.is_err() {
            // It has given up; why, it says below.
            break;
        }
    }
    drop(give);
    let mut keys = Vec::new();
    while let Some(piece) = receive.recv().await {
        let key = new_key(row.id);
        app.state::<ObjectStore>()
            .put(&key, piece, "application/octet-stream")
            .await?;
        keys.push(key);
    }
    writer.await.map_err(anyhow::Error::from)??;
    finish(app, &row, ExportStatus::Ready, row.done, keys).await
}

fn write(take: mpsc::Receiver<Bytes>, send: mpsc::Sender<Bytes>) -> Result<()> {
    let mut file = ChunkWriter {
        held: Vec::new(),
        send,
    };
    workbook::write(rows(take), &mut file)?;
    Ok(file.give().map_err(anyhow::Error::from)?)
}

/// The rows of the pieces as they arrive.
fn rows(mut take: mpsc::Receiver<Bytes>) -> impl Iterator<Item = Result<Vec<String>>> {
    let pieces = std::iter::from_fn(move || take.blocking_recv());
    pieces.flat_map(|piece| {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(io::Cursor::new(piece));
        reader.into_records().map(|record| {
            let record = record.map_err(anyhow::Error::from)?;
            Ok(record.iter().map(str::to_owned).collect())
        })
    })
}

/// A file that is given away in pieces as it is written.
struct ChunkWriter {
    held: Vec<u8>,
    send: mpsc::Sender<Bytes>,
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= CHUNK_BYTES {
            self.give()?;
        }
        Ok(bytes.len())
    }

    /// Writers may flush after every few bytes: a piece is sent when it is full, the last one at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ChunkWriter {
    fn give(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.held));
        let sent = self.send.blocking_send(piece);
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes the file"))
    }
}

/// The job that removes a file whose day is over; done twice it does nothing the second time.
pub async fn remove(app: &App, id: ExportId) -> Result<()> {
    for key in app.state::<ObjectStore>().list(&prefix(id)).await? {
        app.state::<ObjectStore>().delete(&key).await?;
    }
    store::remove(&app.db, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_earlier_releases_are_still_read() {
        let before = serde_json::json!({ "status": "triage", "light": null, "q": "路灯" });
        let query = ListQuery::from_stored(&before).unwrap();
        assert_eq!(query.status.as_deref(), Some("triage"));
        let now = query.to_stored();
        assert_eq!((&now["version"], &now["status"]), (&1.into(), &"triage".into()));
        let newer = serde_json::json!({ "version": 2, "status": "triage" });
        assert!(ListQuery::from_stored(&newer).is_err());
    }
}
