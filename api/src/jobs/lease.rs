//! A worker's time-limited ownership of jobs. It is renewed while they run; a worker that dies loses it and another one
//! does the jobs again; a worker whose lease has expired can no longer mark them done.

use std::convert::Infallible;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::job;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany,
};

use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::jobs::lane::Lane;
use crate::jobs::work::workload;

/// Three renewals may fail before another worker takes over.
const LEASE: TimeDelta = TimeDelta::seconds(40);
pub const HEARTBEAT: Duration = Duration::from_secs(10);
/// 1 + 2 + 4 … minutes: the last attempt is about a day after the first.
const MAX_ATTEMPTS: i32 = 11;

/// A job and how it ended.
pub type Ended = (job::Model, Result<()>);

/// Leases up to `limit` jobs that are due, the longest due first; of one lane, or of all.
pub async fn lease(app: &App, lane: Option<Lane>, limit: u64) -> Result<Vec<job::Model>> {
    let now = app.clock.now();
    let shared = db::supports_skip_locked(&app.db);
    // On SQLite every write waits for its turn; an empty poll must not take one.
    if !shared && leasable(app, now, lane).limit(1).one(&app.db).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut due = leasable(app, now, lane)
        .select_only()
        .column(job::Column::Id)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(limit);
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

/// Runs `work` and renews the lease of its jobs at every `heartbeat` until it ends.
pub async fn while_held<T>(
    app: &App,
    jobs: &[job::Model],
    heartbeat: Duration,
    work: impl Future<Output = T>,
) -> T {
    let held = jobs
        .iter()
        .fold(Condition::any(), |any, job| any.add(lease_is_current(job)));
    let renewing = async {
        loop {
            tokio::time::sleep(heartbeat).await;
            let renewal = job::Entity::update_many()
                .col_expr(job::Column::LockedUntil, Expr::value(app.clock.now() + LEASE))
                .filter(job::Column::DoneAt.is_null())
                .filter(held.clone());
            if let Err(error) = write(app, renewal).await {
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

/// Records how jobs ended: successes in one statement, each failure in its own. What is not recorded is done again when
/// its lease has expired, as after a crash.
pub async fn record(app: &App, ended: Vec<Ended>) {
    let (well, badly): (Vec<_>, Vec<_>) = ended.into_iter().partition(|(_, outcome)| outcome.is_ok());
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
            tracing::error!(%error, "job results not recorded");
        }
    }
}

/// Jobs that are neither done nor given up.
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

/// A kind that no list names is short, so that an unknown one is seen and retried.
fn of_lane(app: &App, lane: Lane) -> Condition {
    let (checks, heavy) = (workload(app).checks(), workload(app).heavy());
    let kinds = Condition::all();
    match lane {
        Lane::Checks => kinds.add(job::Column::Kind.is_in(checks.iter().copied())),
        Lane::Heavy => kinds.add(job::Column::Kind.is_in(heavy.iter().copied())),
        Lane::Clocks | Lane::Pushes | Lane::Short => kinds
            .add(job::Column::Kind.is_not_in(checks.iter().copied()))
            .add(job::Column::Kind.is_not_in(heavy.iter().copied())),
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

/// Another worker has the job by now if the count has moved.
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
    tracing::warn!(kind = %job.kind, attempt = job.attempts, %error, "job failed");
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
