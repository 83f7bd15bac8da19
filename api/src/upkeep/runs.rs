//! Runs and their results, for administrators.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::UpkeepRunId;
use entity::kinds::UpkeepKind;
use entity::upkeep_run;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder,
};

use crate::app::App;
use crate::db;
use crate::error::Result;

/// Older runs are deleted by each run.
const KEPT: TimeDelta = TimeDelta::days(400);
const DETAIL_CHARS: usize = 1_000;

/// Records the beginning of a run and returns its row.
pub async fn begin(app: &App, kind: UpkeepKind, now: DateTime<Utc>) -> Result<upkeep_run::Model> {
    let row = upkeep_run::Model {
        id: UpkeepRunId::generate(),
        kind,
        started_at: now,
        finished_at: None,
        succeeded: false,
        detail: String::new(),
    };
    let txn = db::write(&app.db).await?;
    upkeep_run::Entity::delete_many()
        .filter(upkeep_run::Column::StartedAt.lt(now - KEPT))
        .exec(&txn)
        .await?;
    let new = row.clone().into_active_model().reset_all();
    upkeep_run::Entity::insert(new)
        .exec_without_returning(&txn)
        .await?;
    txn.commit().await?;
    Ok(row)
}

/// Records the end of a run: what it did, or why it failed.
pub async fn end(app: &App, run: upkeep_run::Model, outcome: anyhow::Result<String>) -> Result<()> {
    if let Err(error) = &outcome {
        tracing::error!(%error, kind = %run.kind, "scheduled maintenance failed");
    }
    let succeeded = outcome.is_ok();
    let detail = outcome.unwrap_or_else(|error| format!("{error:#}"));
    let row = upkeep_run::ActiveModel {
        id: Set(run.id),
        finished_at: Set(Some(app.clock.now())),
        succeeded: Set(succeeded),
        detail: Set(detail.chars().take(DETAIL_CHARS).collect()),
        ..Default::default()
    };
    let txn = db::write(&app.db).await?;
    upkeep_run::Entity::update(row).exec(&txn).await?;
    Ok(txn.commit().await?)
}

/// Records a run that is done, in the caller's transaction.
pub async fn record(
    txn: &impl ConnectionTrait,
    kind: UpkeepKind,
    detail: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = upkeep_run::Model {
        id: UpkeepRunId::generate(),
        kind,
        started_at: now,
        finished_at: Some(now),
        succeeded: true,
        detail: detail.chars().take(DETAIL_CHARS).collect(),
    };
    let new = row.into_active_model().reset_all();
    upkeep_run::Entity::insert(new)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Returns the last run of a kind.
pub async fn last(db: &impl ConnectionTrait, kind: UpkeepKind) -> Result<Option<upkeep_run::Model>> {
    let runs = upkeep_run::Entity::find()
        .filter(upkeep_run::Column::Kind.eq(kind))
        .order_by_desc(upkeep_run::Column::StartedAt);
    Ok(runs.one(db).await?)
}
