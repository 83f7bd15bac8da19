//! Deletes what is past its retention period, every night.

use chrono::{DateTime, Utc};
use entity::kinds::UpkeepKind;

use crate::app::App;
use crate::error::Result;
use crate::jobs::{Job, Lane};
use crate::retention::{Mode, PurgedRows, purge};
use crate::upkeep::runs;
use crate::upkeep::schedule::{next, plan};

/// Runs at the given time. Run twice, the second run finds nothing.
pub struct PurgeExpired;

impl Job for PurgeExpired {
    const NAME: &'static str = "upkeep.retention";
    const LANE: Lane = Lane::Heavy;
    type Input = DateTime<Utc>;

    async fn run(app: &App, _at: DateTime<Utc>) -> Result<()> {
        let now = app.clock.now();
        schedule(app, now).await?;
        let run = runs::begin(app, UpkeepKind::Retention, now).await?;
        let purged = purge::purge(app, Mode::Real, |_| {}).await;
        let outcome = purged.map(|rows| summary(&rows)).map_err(anyhow::Error::from);
        runs::end(app, run, outcome).await
    }
}

/// Enqueues the next run.
pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
    next::<PurgeExpired>(app, plan(app)?.retention_at, now).await
}

fn summary(purged: &[PurgedRows]) -> String {
    let rows: u64 = purged.iter().map(|line| line.rows).sum();
    let kinds: Vec<String> = purged
        .iter()
        .filter(|line| line.rows > 0)
        .map(|line| format!("{} {}", line.what, line.rows))
        .collect();
    if kinds.is_empty() {
        "没有到期的数据".to_owned()
    } else {
        format!("删除 {rows} 行：{}", kinds.join("，"))
    }
}
