//! Runs due work without the workers: when the sandbox's clock is moved, and in tests.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};

use crate::app::App;
use crate::error::Result;
use crate::jobs::work::workload;
use crate::jobs::{lease, runner};

const BATCH: u64 = 32;

/// Runs the work that is due now: the clocks, up to one batch of jobs and one of pushes. Returns its amount.
pub async fn run_due(app: &App) -> Result<usize> {
    let swept = workload(app).sweep(app, app.clock.now()).await?;
    let (jobs, pushes) = tokio::join!(runner::run_jobs(app, None, BATCH), workload(app).deliver(app));
    Ok(swept + jobs? + pushes?)
}

/// Moves the clock to `target` and runs all work that becomes due until then, each at its due time and in order.
pub async fn advance_to(app: &App, target: DateTime<Utc>) -> Result<()> {
    let _turn = app.jobs.run_lock.write().await;
    while run_one_due(app, target).await? {}
    app.clock.advance_to(target);
    Ok(())
}

/// Runs all work that is due at the present time, one after the other.
pub async fn drain(app: &App) -> Result<()> {
    let _turn = app.jobs.run_lock.write().await;
    while run_one_due(app, app.clock.now()).await? {}
    Ok(())
}

/// The next instant of each kind of work.
struct NextDue {
    sweep: Option<DateTime<Utc>>,
    job: Option<DateTime<Utc>>,
    push: Option<DateTime<Utc>>,
}

impl NextDue {
    async fn load(app: &App) -> Result<Self> {
        // A leased job is due again when its lease expires.
        let due = Expr::cust("COALESCE(locked_until, run_at)");
        let jobs = lease::open()
            .select_only()
            .expr_as(due.clone(), "due")
            .order_by_asc(due)
            .limit(1);
        Ok(Self {
            sweep: workload(app).next_sweep(app).await?,
            job: jobs.into_tuple().one(&app.db).await?,
            push: workload(app).next_delivery(app).await?,
        })
    }

    fn earliest(&self) -> Option<DateTime<Utc>> {
        [self.sweep, self.job, self.push].into_iter().flatten().min()
    }
}

/// Moves the clock to the next due time, at most to `target`, and runs the clocks, one job and one batch of pushes
/// that are due then. Returns `false` if no work was left. Asks only the kinds of work that are due, because most
/// nights have one job.
async fn run_one_due(app: &App, target: DateTime<Utc>) -> Result<bool> {
    let next = NextDue::load(app).await?;
    if let Some(at) = next.earliest().filter(|at| *at <= target) {
        app.clock.advance_to(at);
    }
    let now = app.clock.now();
    let is_due = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= now);
    let mut done = 0;
    if is_due(next.sweep) {
        done += workload(app).sweep(app, now).await?;
    }
    let counted = workload(app).project_counts(app).await?;
    if is_due(next.job) || done + counted > 0 {
        done += runner::run_jobs(app, None, 1).await?;
    }
    if is_due(next.push) || done > 0 {
        done += workload(app).deliver(app).await?;
    }
    Ok(done > 0)
}
