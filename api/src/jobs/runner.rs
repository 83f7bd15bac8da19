//! Claims what is due with a lease, runs it, records the result. A worker that dies loses its lease and
//! another one does the job again; a worker whose lease ran out can no longer mark it done.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany,
};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::jobs::registry;

/// A job that takes longer than this is taken to be lost. The slowest outside call ends after 10 s.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const BATCH: u64 = 32;
/// After as much as that there is more to do.
const BUSY_THRESHOLD: usize = 16;
/// What comes within such a time is done together: a round costs the same for one job as for many, and whoever waits for
/// a notice does not see the difference.
const BATCH_WINDOW: Duration = Duration::from_millis(50);
/// 1 + 2 + 4 … minutes: the last try comes about a day after the first.
const MAX_ATTEMPTS: i32 = 11;
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Runs until told to stop; what is being done then is finished first.
pub async fn run(app: App, stop: CancellationToken) {
    let mut clocks_seen: Option<Instant> = None;
    while !stop.is_cancelled() {
        let done = {
            let _turn = app.jobs.run_lock.lock().await;
            // Every order wakes this loop; no clock's line is as urgent as its notices.
            if clocks_seen.is_none_or(|at| at.elapsed() >= POLL_INTERVAL) {
                clocks_seen = Some(Instant::now());
                run_due(&app).await
            } else {
                run_once(&app).await
            }
        };
        match done {
            Ok(done) if done >= BUSY_THRESHOLD => continue,
            Ok(0) => {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = app.jobs.wake.notified() => {}
                    () = tokio::time::sleep(POLL_INTERVAL) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = %error, "jobs: round failed");
                stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(BATCH_WINDOW)).await;
    }
}

/// Does what is due now, the clocks and up to one batch of jobs and of pushes, and says how much that was.
pub async fn run_due(app: &App) -> Result<usize> {
    let swept = registry::sweep(app, app.clock.now()).await?;
    Ok(swept + run_once(app).await?)
}

async fn run_once(app: &App) -> Result<usize> {
    let (jobs, pushes) = tokio::join!(run_jobs(app), registry::deliver(app));
    Ok(jobs? + pushes?)
}

async fn run_jobs(app: &App) -> Result<usize> {
    let claimed = lease_due(app, app.clock.now(), BATCH).await?;
    let count = claimed.len();
    let ended = run_all(app, claimed).await;
    record(app, ended).await;
    Ok(count)
}

/// Side by side; those of a kind that is done together at once.
async fn run_all(app: &App, claimed: Vec<job::Model>) -> Vec<(job::Model, Result<()>)> {
    let mut parts: Vec<Vec<job::Model>> = Vec::new();
    for job in claimed {
        let together = registry::is_batched(&job.kind);
        let same = |part: &&mut Vec<job::Model>| part.first().is_some_and(|other| other.kind == job.kind);
        match parts.iter_mut().find(same).filter(|_| together) {
            Some(part) => part.push(job),
            None => parts.push(vec![job]),
        }
    }
    let slots = tokio::sync::Semaphore::new(app.config.job_workers.max(1));
    let ended = futures_util::future::join_all(parts.into_iter().map(|part| async {
        let _slot = slots.acquire().await;
        run_batch_or_each(app, part).await
    }))
    .await;
    ended.into_iter().flatten().collect()
}

/// When jobs that are done together fail, each is done by itself: one must not keep the others from being done.
async fn run_batch_or_each(app: &App, batch: Vec<job::Model>) -> Vec<(job::Model, Result<()>)> {
    if let [first, _, ..] = batch.as_slice() {
        let subjects: Vec<&str> = batch.iter().map(|job| job.subject.as_str()).collect();
        match registry::run_batch(app, &first.kind, &subjects).await {
            Ok(()) => return batch.into_iter().map(|job| (job, Ok(()))).collect(),
            Err(error) => {
                tracing::warn!(kind = %first.kind, jobs = batch.len(), error = %error, "jobs failed together");
            }
        }
    }
    let mut ended = Vec::new();
    for job in batch {
        let outcome = registry::run(app, &job.kind, &job.subject).await;
        ended.push((job, outcome));
    }
    ended
}

/// Moves the clock to `target`, doing everything that comes due on the way at its own time and in order.
pub async fn advance_to(app: &App, target: DateTime<Utc>) -> Result<()> {
    let _turn = app.jobs.run_lock.lock().await;
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
    let _turn = app.jobs.run_lock.lock().await;
    while run_one_due(app).await? {}
    Ok(())
}

async fn run_one_due(app: &App) -> Result<bool> {
    let swept = registry::sweep(app, app.clock.now()).await?;
    registry::project_counts(app).await?;
    let claimed = lease_due(app, app.clock.now(), 1).await?;
    let mut done = swept + claimed.len();
    for job in claimed {
        run_one(app, job).await;
    }
    done += registry::deliver(app).await?;
    Ok(done > 0)
}

/// The next instant at which anything is to be done.
pub async fn next_due(app: &App) -> Result<Option<DateTime<Utc>>> {
    let waiting = open()
        .filter(job::Column::LockedUntil.is_null())
        .order_by_asc(job::Column::RunAt);
    let job = waiting.one(&app.db).await?.map(|job| job.run_at);
    let sweep = registry::next_sweep(app).await?;
    let push = registry::next_delivery(app).await?;
    Ok([job, sweep, push].into_iter().flatten().min())
}

fn open() -> Select<job::Entity> {
    job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
}

/// Takes up to `count` jobs that are due under a lease, the longest due first.
async fn lease_due(app: &App, now: DateTime<Utc>, count: u64) -> Result<Vec<job::Model>> {
    let shared = db::supports_skip_locked(&app.db);
    // On SQLite every write waits for its turn; nobody is to wait because there might be something to do.
    if !shared && leasable(now).limit(1).one(&app.db).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut due = leasable(now)
        .select_only()
        .column(job::Column::Id)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(count);
    if shared {
        due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let lease = job::Entity::update_many()
        .col_expr(job::Column::LockedUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .filter(job::Column::Id.in_subquery(due.into_query()));
    let mut jobs = if shared {
        lease.exec_with_returning(&app.db).await?
    } else {
        let txn = db::write(&app.db).await?;
        let jobs = lease.exec_with_returning(&txn).await?;
        txn.commit().await?;
        jobs
    };
    jobs.sort_unstable_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Jobs that are due and that no worker holds.
fn leasable(now: DateTime<Utc>) -> Select<job::Entity> {
    let unheld = Condition::any()
        .add(job::Column::LockedUntil.is_null())
        .add(job::Column::LockedUntil.lt(now));
    open().filter(job::Column::RunAt.lte(now)).filter(unheld)
}

async fn run_one(app: &App, job: job::Model) {
    let outcome = registry::run(app, &job.kind, &job.subject).await;
    record(app, vec![(job, outcome)]).await;
}

/// Writes down how jobs ended: those that went well together, each failure by itself. What is not recorded is done
/// again when its lease has run out, as after a crash.
async fn record(app: &App, finished: Vec<(job::Model, Result<()>)>) {
    let (well, badly): (Vec<_>, Vec<_>) = finished.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let mut updates = Vec::with_capacity(badly.len() + 1);
    if !well.is_empty() {
        let held = well
            .iter()
            .fold(Condition::any(), |any, (job, _)| any.add(lease_is_current(job)));
        updates.push(
            released()
                .col_expr(job::Column::DoneAt, Expr::value(app.clock.now()))
                .filter(held),
        );
    }
    for (job, outcome) in &badly {
        if let Err(error) = outcome {
            updates.push(failed(job, error, app.clock.now()));
        }
    }
    for update in updates {
        if let Err(error) = write(app, update).await {
            tracing::error!(error = %error, "the result of jobs is not recorded; their lease will run out");
        }
    }
}

async fn write(app: &App, update: UpdateMany<job::Entity>) -> Result<()> {
    if db::supports_skip_locked(&app.db) {
        update.exec(&app.db).await?;
        return Ok(());
    }
    let txn = db::write(&app.db).await?;
    update.exec(&txn).await?;
    txn.commit().await?;
    Ok(())
}

/// Somebody else has the job by now if the count has moved.
fn lease_is_current(job: &job::Model) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::Attempts.eq(job.attempts))
}

fn released() -> UpdateMany<job::Entity> {
    let nobody = Expr::value(Option::<DateTime<Utc>>::None);
    job::Entity::update_many().col_expr(job::Column::LockedUntil, nobody)
}

fn failed(job: &job::Model, error: &Error, now: DateTime<Utc>) -> UpdateMany<job::Entity> {
    tracing::warn!(kind = %job.kind, attempt = job.attempts, error = %error, "job failed");
    let update = released()
        .col_expr(job::Column::LastError, Expr::value(error.to_string()))
        .filter(lease_is_current(job));
    if job.attempts >= MAX_ATTEMPTS {
        update.col_expr(job::Column::FailedAt, Expr::value(now))
    } else {
        update.col_expr(job::Column::RunAt, Expr::value(now + backoff(job.attempts)))
    }
}

fn backoff(attempts: i32) -> TimeDelta {
    TimeDelta::minutes(1_i64 << attempts.clamp(1, MAX_ATTEMPTS).saturating_sub(1))
}
