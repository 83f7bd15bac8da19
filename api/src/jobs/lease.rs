//! A worker's time-limited ownership of jobs.
//!
//! It is renewed while they run. If the worker dies, the lease expires and
//! another worker runs the jobs again. A worker whose lease has expired can no longer mark them done.

use std::convert::Infallible;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany,
};

use crate::app::App;
use crate::db::{self, WriteTransaction};
use crate::error::{Error, Result};
use crate::jobs::held::{any_of, done, lease_is_current, released};
use crate::jobs::lane::Lane;
use crate::jobs::work::{job_type, retry_policy, workload};

/// Three renewals may fail before another worker takes over.
const LEASE: TimeDelta = TimeDelta::seconds(40);
pub const HEARTBEAT: Duration = Duration::from_secs(10);

/// A job and how it ended.
pub type Ended = (job::Model, Result<()>);

/// Due jobs examined per claim.
const SCAN_LIMIT: u64 = 64;

/// Leases up to `limit` due jobs of one lane, or of all, longest due first. If none is due, it costs one read, because
/// on SQLite writes queue for one connection.
pub async fn lease(app: &App, lane: Option<Lane>, limit: u64) -> Result<Vec<job::Model>> {
    let now = app.clock.now();
    if leasable(app, now, lane).limit(1).one(&app.db).await?.is_none() {
        return Ok(Vec::new());
    }
    let txn = db::write(&app.db).await?;
    let jobs = take(app, &txn, lane, limit).await?;
    txn.commit().await?;
    Ok(jobs)
}

/// Leases jobs as [`lease`] does, as part of a transaction. On PostgreSQL it skips jobs that another replica is
/// leasing.
pub async fn take(
    app: &App,
    txn: &WriteTransaction,
    lane: Option<Lane>,
    limit: u64,
) -> Result<Vec<job::Model>> {
    let now = app.clock.now();
    let mut due = leasable(app, now, lane)
        .select_only()
        .column(job::Column::Id)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(limit);
    if db::supports_skip_locked(txn) {
        due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let lease = job::Entity::update_many()
        .col_expr(job::Column::LockedUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .filter(job::Column::Id.in_subquery(due.into_query()));
    let mut jobs = lease.exec_with_returning(txn).await?;
    jobs.sort_unstable_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Lanes with jobs that are due.
#[derive(Debug, Default)]
pub struct DueLanes {
    pub lanes: Vec<Lane>,
    /// Not all due jobs were examined.
    pub has_more: bool,
}

/// Finds those of `lanes` that have due jobs, among the jobs that have been due longest.
pub async fn due_lanes(app: &App, now: DateTime<Utc>, lanes: &[Lane]) -> Result<DueLanes> {
    let any = lanes
        .iter()
        .filter(|lane| lane.has_jobs())
        .fold(Condition::any(), |any, lane| any.add(of_lane(app, *lane)));
    if any.is_empty() {
        return Ok(DueLanes::default());
    }
    let kinds: Vec<String> = leasable(app, now, None)
        .select_only()
        .column(job::Column::Kind)
        .filter(any)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(SCAN_LIMIT)
        .into_tuple()
        .all(&app.db)
        .await?;
    let of_kind = |kind: &String| job_type(app, kind).map_or(Lane::Short, |job| job.lane);
    Ok(DueLanes {
        lanes: kinds.iter().map(of_kind).collect(),
        has_more: u64::try_from(kinds.len()).is_ok_and(|found| found >= SCAN_LIMIT),
    })
}

/// Runs `work` and renews the lease of its jobs at every `heartbeat` until it ends.
pub async fn while_held<T>(
    app: &App,
    jobs: &[job::Model],
    heartbeat: Duration,
    work: impl Future<Output = T>,
) -> T {
    let held = any_of(jobs);
    let renewing = async {
        loop {
            tokio::time::sleep(heartbeat).await;
            let renewal = job::Entity::update_many()
                .col_expr(job::Column::LockedUntil, Expr::value(app.clock.now() + LEASE))
                .filter(job::Column::DoneAt.is_null())
                .filter(held.clone());
            if let Err(error) = write(app, &[renewal]).await {
                tracing::warn!(%error, "job lease not renewed");
            }
        }
    };
    tokio::select! {
        biased;
        result = work => result,
        never = renewing => never_ends(never),
    }
}

fn never_ends<T>(never: Infallible) -> T {
    match never {}
}

/// Records the results of jobs in one transaction; if that fails, each result in its own. A job without a recorded
/// result runs again when its lease has expired, as after a crash.
pub async fn record(app: &App, ended: Vec<Ended>) {
    let (well, badly): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let mut updates = Vec::with_capacity(badly.len() + 1);
    if !well.is_empty() {
        updates.push(done(well.iter().map(|(job, _)| job), app.clock.now()));
    }
    for (job, outcome) in &badly {
        if let Err(error) = outcome {
            updates.push(failed(app, job, error));
        }
    }
    if updates.is_empty() {
        return;
    }
    let Err(error) = write(app, &updates).await else {
        return;
    };
    tracing::error!(%error, "job results not recorded together");
    for update in updates {
        if let Err(error) = write(app, &[update]).await {
            tracing::error!(%error, "job results not recorded");
        }
    }
}

/// Selects jobs that are neither done nor given up.
pub fn open() -> Select<job::Entity> {
    job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
}

/// Selects due jobs without a lease.
pub fn leasable(app: &App, now: DateTime<Utc>, lane: Option<Lane>) -> Select<job::Entity> {
    let unheld = Condition::any()
        .add(job::Column::LockedUntil.is_null())
        .add(job::Column::LockedUntil.lt(now));
    let due = open().filter(job::Column::RunAt.lte(now)).filter(unheld);
    match lane {
        None => due,
        Some(lane) => due.filter(of_lane(app, lane)),
    }
}

/// Selects the jobs of a lane. Unknown kinds are in the short lane, where they fail visibly and are retried.
fn of_lane(app: &App, lane: Lane) -> SimpleExpr {
    let jobs = workload(app).jobs().iter();
    match lane {
        Lane::Clocks | Lane::Pushes | Lane::Short => {
            let others = jobs.filter(|job| job.lane != Lane::Short);
            job::Column::Kind.is_not_in(others.map(|job| job.name))
        }
        Lane::Checks | Lane::Heavy => {
            let own = jobs.filter(|job| job.lane == lane);
            job::Column::Kind.is_in(own.map(|job| job.name))
        }
    }
}

async fn write(app: &App, updates: &[UpdateMany<job::Entity>]) -> Result<()> {
    let txn = db::write(&app.db).await?;
    for update in updates {
        update.clone().exec(&txn).await?;
    }
    txn.commit().await?;
    Ok(())
}

fn failed(app: &App, job: &job::Model, error: &Error) -> UpdateMany<job::Entity> {
    let request_id = job.request_id.as_deref();
    tracing::warn!(kind = %job.kind, attempt = job.attempts, request_id, %error, "job failed");
    let update = released()
        .col_expr(job::Column::LastError, Expr::value(error.to_string()))
        .filter(lease_is_current(job));
    let now = app.clock.now();
    match retry_policy(app, &job.kind).pause_after(job.attempts) {
        Some(pause) => update.col_expr(job::Column::RunAt, Expr::value(now + pause)),
        None => update.col_expr(job::Column::FailedAt, Expr::value(now)),
    }
}
