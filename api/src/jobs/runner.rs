//! The workers of the lanes: each leases what is due in its lane, runs it, and records the result.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use entity::job;
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Result;
use crate::jobs::lane::Lane;
use crate::jobs::lease::{self, Ended, HEARTBEAT};
use crate::jobs::monitor;
use crate::jobs::work::workload;

/// After as much as that there is more to do.
const BUSY_THRESHOLD: usize = 16;
/// Pause between rounds. Work that arrives meanwhile is done together: a round costs about the same for one job and for many, and people who
/// wait for a notice do not see the difference.
const BATCH_WINDOW: Duration = Duration::from_millis(50);
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Runs all lanes until told to stop; what is being done then is finished first.
pub async fn run(app: App, stop: CancellationToken) {
    let (wake, woken) = watch::channel(());
    let mut lanes = JoinSet::new();
    for lane in Lane::ALL {
        for _ in 0..lane.workers() {
            lanes.spawn(run_lane(app.clone(), lane, woken.clone(), stop.clone()));
        }
    }
    lanes.spawn(monitor::run(app.clone(), stop.clone()));
    while stop.run_until_cancelled(app.jobs.wake.notified()).await.is_some() {
        wake.send_replace(());
    }
    while lanes.join_next().await.is_some() {}
}

async fn run_lane(app: App, lane: Lane, mut woken: watch::Receiver<()>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let done = {
            let _turn = app.jobs.run_lock.read().await;
            // A panic of one job must not end its lane.
            AssertUnwindSafe(run_round(&app, lane)).catch_unwind().await
        };
        match done {
            Ok(Ok(done)) if done >= BUSY_THRESHOLD => continue,
            Ok(Ok(0)) => wait_for_work(lane, &mut woken, &stop).await,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, lane = lane.name(), "job round failed");
                stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
            }
            Err(_) => {
                tracing::error!(lane = lane.name(), "job round panicked");
                stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(BATCH_WINDOW)).await;
    }
}

/// Every order wakes the lanes, save that of the clocks: no clock's line is as urgent as its notices.
async fn wait_for_work(lane: Lane, woken: &mut watch::Receiver<()>, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        Ok(()) = woken.changed(), if lane != Lane::Clocks => {}
        () = tokio::time::sleep(POLL_INTERVAL) => {}
    }
}

async fn run_round(app: &App, lane: Lane) -> Result<usize> {
    match lane {
        Lane::Clocks => workload(app).sweep(app, app.clock.now()).await,
        Lane::Pushes => workload(app).deliver(app).await,
        Lane::Checks | Lane::Short | Lane::Heavy => run_jobs(app, Some(lane), lane.batch()).await,
    }
}

/// Leases up to `limit` jobs of a lane, or of all, runs them and returns how many there were.
pub async fn run_jobs(app: &App, lane: Option<Lane>, limit: u64) -> Result<usize> {
    let leased = lease::lease(app, lane, limit).await?;
    let count = leased.len();
    if count > 0 {
        let held = leased.clone();
        let ended = lease::while_held(app, &held, HEARTBEAT, run_all(app, leased)).await;
        lease::record(app, ended).await;
    }
    Ok(count)
}

/// Side by side; those of a kind that is done together in one go.
async fn run_all(app: &App, leased: Vec<job::Model>) -> Vec<Ended> {
    let mut groups: Vec<Vec<job::Model>> = Vec::new();
    for job in leased {
        let together = workload(app).is_batched(&job.kind);
        let same = |group: &&mut Vec<job::Model>| group.first().is_some_and(|other| other.kind == job.kind);
        match groups.iter_mut().find(same).filter(|_| together) {
            Some(group) => group.push(job),
            None => groups.push(vec![job]),
        }
    }
    let slots = tokio::sync::Semaphore::new(app.config.job_workers.max(1));
    let ended = futures_util::future::join_all(groups.into_iter().map(|group| async {
        let _slot = slots.acquire().await;
        run_group(app, group).await
    }))
    .await;
    ended.into_iter().flatten().collect()
}

/// If jobs that run together fail, runs each alone, so that one cannot block the others.
async fn run_group(app: &App, group: Vec<job::Model>) -> Vec<Ended> {
    if let [first, _, ..] = group.as_slice() {
        let subjects: Vec<&str> = group.iter().map(|job| job.subject.as_str()).collect();
        match workload(app).run_batch(app, &first.kind, &subjects).await {
            Ok(()) => return group.into_iter().map(|job| (job, Ok(()))).collect(),
            Err(error) => {
                tracing::warn!(kind = %first.kind, jobs = group.len(), %error, "job group failed");
            }
        }
    }
    let mut ended = Vec::new();
    for job in group {
        let outcome = workload(app).run(app, &job.kind, &job.subject).await;
        ended.push((job, outcome));
    }
    ended
}
