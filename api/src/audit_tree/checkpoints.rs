//! Signs checkpoints and sends them out of the database: to subscribed webhooks, by mail, and into a folder.

use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::audit_checkpoint;
use entity::kinds::CheckpointReason;
use merkle::{Checkpoint, proof, tiles};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::keys::TreeKeys;
use super::mail::MailCheckpoint;
use super::signed_checkpoint::SignedCheckpoint;
use super::{sequencer, store, timestamps};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::webhooks::event_type::EventType;
use crate::webhooks::outbox;

/// Time between two checkpoints.
const INTERVAL: TimeDelta = TimeDelta::hours(1);

/// Signs a checkpoint if the last one is an hour old. Returns `true` if it did.
pub async fn sign_if_due(app: &App) -> Result<bool> {
    let now = app.clock.now();
    if !is_due(&app.db, now).await? {
        return Ok(false);
    }
    sign(app, CheckpointReason::Hourly).await?;
    Ok(true)
}

async fn is_due(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool> {
    let last = store::last_checkpoint(connection).await?;
    Ok(last.is_none_or(|last| last.at + INTERVAL <= now))
}

/// Appends all committed entries, signs the tree, and sends the checkpoint out.
///
/// # Errors
/// The tree does not continue the one of the last checkpoint: its tables were changed outside the product. Nothing is signed.
pub async fn sign(app: &App, reason: CheckpointReason) -> Result<SignedCheckpoint> {
    sequencer::sequence(app).await?;
    let keys = app.state::<TreeKeys>();
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let head = store::lock_head(&txn).await?;
    let last = store::last_checkpoint(&txn).await?;
    if let Some(last) = &last {
        // Another replica was faster.
        if reason == CheckpointReason::Hourly && last.at + INTERVAL > now {
            return Ok(SignedCheckpoint::of(last.clone()));
        }
        continues(&txn, &keys.open(&last.note), store::to_u64(head.size)).await?;
    }
    let size = store::to_u64(head.size);
    let cover = tiles::cover(0, size);
    let tree = store::tiles(&txn, &tiles::tiles_of(&cover)).await?;
    let root = tree.root(size).map_err(anyhow::Error::from)?;
    let zone = app.state::<CityHandle>().load().zone();
    let time = now
        .with_timezone(&zone)
        .to_rfc3339_opts(SecondsFormat::Secs, true);
    let checkpoint = Checkpoint {
        origin: keys.origin.clone(),
        size,
        root,
        extensions: vec![format!("time {time}")],
    };
    let note = keys.sign(&checkpoint);
    let row = audit_checkpoint::Model {
        id: 0,
        size: head.size,
        root: hex::encode(root),
        reason,
        at: now,
        note: note.clone(),
        timestamp_token: None,
        mail: None,
        mail_code: None,
        mail_at: None,
    };
    let row = store::insert_checkpoint(&txn, row).await?;
    let data = json!({
        "checkpoint": note,
        "size": size,
        "code": checkpoint.short_code(),
        "key": keys.public().to_string(),
    });
    outbox::record(&txn, EventType::AuditCheckpoint, data, now).await?;
    if app.config.audit.mail.is_some() {
        enqueue(&txn, NewJob::of::<MailCheckpoint>(&row.id, now)?, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    write_file(&app.config.audit.checkpoint_dir, &checkpoint, &note).await;
    timestamps::countersign(app, &row).await;
    Ok(SignedCheckpoint::of(row))
}

/// Checks that the tree still begins with the tree of the last checkpoint.
async fn continues(txn: &impl ConnectionTrait, last: &Option<Checkpoint>, size: u64) -> Result<()> {
    // A checkpoint of another key proves nothing here; `zhitong audit verify` reports it.
    let Some(last) = last else {
        return Ok(());
    };
    let plan = proof::consistency_plan(last.size, size);
    let mut nodes: Vec<_> = plan.iter().flatten().copied().collect();
    nodes.extend(tiles::cover(0, size));
    let tree = store::tiles(txn, &tiles::tiles_of(&nodes)).await?;
    let hashes = proof::resolve(&plan, &tree).map_err(anyhow::Error::from)?;
    let root = tree.root(size).map_err(anyhow::Error::from)?;
    merkle::verify_consistency((last.size, &last.root), (size, &root), &hashes)
        .context("the tree does not continue its last checkpoint; run `zhitong audit verify`")?;
    Ok(())
}

/// Writes the checkpoint into the folder. A failure is logged and does not stop the others.
async fn write_file(folder: &Path, checkpoint: &Checkpoint, note: &str) {
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let name = format!("{:012}-{}.txt", checkpoint.size, checkpoint.short_code());
        tokio::fs::write(folder.join(name), note).await?;
        tokio::fs::write(folder.join("latest.txt"), note).await
    };
    if let Err(error) = written.await {
        tracing::error!(%error, "checkpoint file not written");
    }
}

/// Returns the line at the foot of a document that was written at `at`, or `None` before the first checkpoint.
pub async fn foot(app: &App, at: DateTime<Utc>) -> Result<Option<String>> {
    let zone = app.state::<CityHandle>().load().zone();
    let line = |signed: SignedCheckpoint| {
        let time = signed.at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        format!("存证码 {}　截至 {time} 共 {} 条记录", signed.code, signed.size)
    };
    Ok(for_document(&app.db, at).await?.map(line))
}

pub async fn latest(connection: &impl ConnectionTrait) -> Result<Option<SignedCheckpoint>> {
    let last = store::last_checkpoint(connection).await?;
    Ok(last.map(SignedCheckpoint::of))
}

/// Returns the checkpoint for the foot of a document: the first one at or after `at`, else the last one.
pub async fn for_document(
    connection: &impl ConnectionTrait,
    at: DateTime<Utc>,
) -> Result<Option<SignedCheckpoint>> {
    match store::checkpoint_since(connection, at).await? {
        Some(row) => Ok(Some(SignedCheckpoint::of(row))),
        None => latest(connection).await,
    }
}
