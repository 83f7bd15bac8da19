//! Claims what is due with a lease, runs it, records the result. A worker that dies loses its lease and
//! another one does the job again; a worker whose lease ran out can no longer mark it done.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::list;

/// A job that takes longer than this is taken to be lost. The slowest outside call ends after 10 s.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const BATCH: u64 = 16;
/// 1 + 2 + 4 … minutes: the last try comes about a day after the first.
const MAX_ATTEMPTS: i32 = 11;
const IDLE: Duration = Duration::from_millis(500);

/// Runs until told to stop; what is being done then is finished first.
pub async fn run(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let done = {
            let _turn = app.jobs.turn.lock().await;
            run_due(&app).await
        };
        match done {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(error = %error, "jobs: round failed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.jobs.wake.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
}

/// Does what is due now, up to one batch, and says how much that was.
pub async fn run_due(app: &App) -> Result<usize> {
    let swept = list::sweep(app, app.clock.now()).await?;
    let claimed = claim(app, app.clock.now(), BATCH).await?;
    let count = claimed.len();
    let slots = tokio::sync::Semaphore::new(app.config.job_workers.max(1));
    futures_util::future::join_all(claimed.into_iter().map(|job| async {
        let _slot = slots.acquire().await;
        run_one(app, job).await;
    }))
    .await;
    Ok(swept + count)
}

/// Moves the clock to `target`, doing everything that comes due on the way at its own time and in order.
pub async fn advance_to(app: &App, target: DateTime<Utc>) -> Result<()> {
    let _turn = app.jobs.turn.lock().await;
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
    let _turn = app.jobs.turn.lock().await;
    while run_one_due(app).await? {}
    Ok(())
}

async fn run_one_due(app: &App) -> Result<bool> {
    let swept = list::sweep(app, app.clock.now()).await?;
    list::keep_counts(app).await?;
    let claimed = claim(app, app.clock.now(), 1).await?;
    let any = swept > 0 || !claimed.is_empty();
    for job in claimed {
        run_one(app, job).await;
    }
    Ok(any)
}

/// The next instant at which anything is to be done.
pub async fn next_due(app: &App) -> Result<Option<DateTime<Utc>>> {
    let waiting = open()
        .filter(job::Column::LockedUntil.is_null())
        .order_by_asc(job::Column::RunAt);
    let job = waiting.one(&app.db).await?.map(|job| job.run_at);
    let sweep = list::next_sweep(app).await?;
    Ok([job, sweep].into_iter().flatten().min())
}

fn open() -> Select<job::Entity> {
    job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
}

async fn claim(app: &App, now: DateTime<Utc>, count: u64) -> Result<Vec<job::Model>> {
    if !open()
        .filter(job::Column::RunAt.lte(now))
        .limit(1)
        .all(&app.db)
        .await?
        .iter()
        .any(|_| true)
    {
        return Ok(Vec::new());
    }
    let txn = db::write(&app.db).await?;
    let free = Condition::any()
        .add(job::Column::LockedUntil.is_null())
        .add(job::Column::LockedUntil.lt(now));
    let mut query = open()
        .filter(job::Column::RunAt.lte(now))
        .filter(free)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(count);
    if db::skips_locked(&txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut jobs = query.all(&txn).await?;
    if !jobs.is_empty() {
        job::Entity::update_many()
            .col_expr(job::Column::LockedUntil, Expr::value(now + LEASE))
            .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
            .filter(job::Column::Id.is_in(jobs.iter().map(|job| job.id)))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    for job in &mut jobs {
        job.attempts += 1;
    }
    Ok(jobs)
}

async fn run_one(app: &App, job: job::Model) {
    let outcome = list::run(app, &job.kind, &job.subject).await;
    let now = app.clock.now();
    let mut update = job::Entity::update_many()
        .col_expr(
            job::Column::LockedUntil,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(job::Column::Id.eq(job.id))
        // Somebody else has it by now if the count has moved.
        .filter(job::Column::Attempts.eq(job.attempts));
    update = match &outcome {
        Ok(()) => update.col_expr(job::Column::DoneAt, Expr::value(now)),
        Err(error) => {
            tracing::warn!(kind = %job.kind, attempt = job.attempts, error = %error, "job failed");
            let update = update.col_expr(job::Column::LastError, Expr::value(error.to_string()));
            if job.attempts >= MAX_ATTEMPTS {
                update.col_expr(job::Column::FailedAt, Expr::value(now))
            } else {
                update.col_expr(job::Column::RunAt, Expr::value(now + backoff(job.attempts)))
            }
        }
    };
    if let Err(error) = update.exec(&app.db).await {
        tracing::error!(kind = %job.kind, error = %error, "job result not recorded; its lease will run out");
    }
}

fn backoff(attempts: i32) -> TimeDelta {
    TimeDelta::minutes(1_i64 << attempts.clamp(1, MAX_ATTEMPTS).saturating_sub(1))
}
