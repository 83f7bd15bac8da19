//! Doing what is due without the workers: when the sandbox's clock is moved, and in tests.

use chrono::{DateTime, Utc};
use entity::job;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::error::Result;
use crate::jobs::work::workload;
use crate::jobs::{lease, runner};

const BATCH: u64 = 32;

/// Does what is due now: the clocks, up to one batch of jobs and one of pushes. Returns how much that was.
pub async fn run_due(app: &App) -> Result<usize> {
    let swept = workload(app).sweep(app, app.clock.now()).await?;
    let (jobs, pushes) = tokio::join!(runner::run_jobs(app, None, BATCH), workload(app).deliver(app));
    Ok(swept + jobs? + pushes?)
}

/// Moves the clock to `target` and runs all work that becomes due in between, at its own time and in order.
pub async fn advance_to(app: &App, target: DateTime<Utc>) -> Result<()> {
    let _turn = app.jobs.run_lock.write().await;
    loop {
        while run_one_due(app).await? {}
        match next_due(app).await? {
            Some(next) if next <= target => app.clock.advance_to(next),
            _ => break,
        }
    }
    app.clock.advance_to(target);
    while run_one_due(app).await? {}
    Ok(())
}

/// Runs everything that is due at the present time, one after the other.
pub async fn drain(app: &App) -> Result<()> {
    let _turn = app.jobs.run_lock.write().await;
    while run_one_due(app).await? {}
    Ok(())
}

async fn run_one_due(app: &App) -> Result<bool> {
    let swept = workload(app).sweep(app, app.clock.now()).await?;
    workload(app).project_counts(app).await?;
    let done = swept + runner::run_jobs(app, None, 1).await? + workload(app).deliver(app).await?;
    Ok(done > 0)
}

/// The next instant at which anything is to be done.
async fn next_due(app: &App) -> Result<Option<DateTime<Utc>>> {
    let waiting = lease::open()
        .filter(job::Column::LockedUntil.is_null())
        .order_by_asc(job::Column::RunAt);
    let job = waiting.one(&app.db).await?.map(|job| job.run_at);
    let sweep = workload(app).next_sweep(app).await?;
    let push = workload(app).next_delivery(app).await?;
    Ok([job, sweep, push].into_iter().flatten().min())
}
