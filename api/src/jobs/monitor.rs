//! Measures the lag of each lane: a metric, and a warning when a lane is stalled.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Result;
use crate::jobs::lane::Lane;
use crate::jobs::lease;
use crate::jobs::work::workload;

const INTERVAL: Duration = Duration::from_secs(15);
/// A lane is stalled above this lag; ordinary work begins within a second.
const STALLED: TimeDelta = TimeDelta::minutes(1);

/// For each lane, for how many seconds the oldest due work has waited.
#[derive(Debug, Default)]
pub struct LaneLags([AtomicI64; Lane::ALL.len()]);

impl LaneLags {
    /// Seconds; 0 if nothing that is due waits.
    #[must_use]
    pub fn seconds(&self, lane: Lane) -> i64 {
        self.slot(lane).map_or(0, |lag| lag.load(Ordering::Relaxed))
    }

    fn set(&self, lane: Lane, lag: TimeDelta) {
        if let Some(slot) = self.slot(lane) {
            slot.store(lag.num_seconds(), Ordering::Relaxed);
        }
    }

    fn slot(&self, lane: Lane) -> Option<&AtomicI64> {
        Lane::ALL
            .iter()
            .zip(&self.0)
            .find(|(other, _)| **other == lane)
            .map(|(_, slot)| slot)
    }
}

/// Measures until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(INTERVAL))
        .await
        .is_some()
    {
        for lane in Lane::ALL {
            match measure(&app, lane).await {
                Ok(lag) if lag >= STALLED => {
                    tracing::warn!(
                        lane = lane.name(),
                        lag_secs = lag.num_seconds(),
                        "job lane stalled"
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, lane = lane.name(), "job lane not measured"),
            }
        }
    }
}

/// Returns how long the oldest due work of the lane has waited, and stores it for the metric.
pub async fn measure(app: &App, lane: Lane) -> Result<TimeDelta> {
    let now = app.clock.now();
    let lag = oldest_due(app, lane, now)
        .await?
        .map_or(TimeDelta::zero(), |due| (now - due).max(TimeDelta::zero()));
    app.state::<LaneLags>().set(lane, lag);
    Ok(lag)
}

/// Counts the jobs that were given up since then.
pub async fn failed_since(app: &App, since: DateTime<Utc>) -> Result<u64> {
    let failed = job::Entity::find().filter(job::Column::FailedAt.gte(since));
    Ok(failed.count(&app.db).await?)
}

async fn oldest_due(app: &App, lane: Lane, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    match lane {
        Lane::Clocks => workload(app).next_sweep(app).await,
        Lane::Pushes => workload(app).next_delivery(app).await,
        Lane::Checks | Lane::Short | Lane::Heavy => {
            let oldest = lease::leasable(app, now, Some(lane)).order_by_asc(job::Column::RunAt);
            Ok(oldest.one(&app.db).await?.map(|job| job.run_at))
        }
    }
}
