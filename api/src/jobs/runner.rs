//! Claims due work for the free workers of all lanes and runs it. Lanes run independently, so none waits for another.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use entity::job;
use futures_util::FutureExt as _;
use tokio::sync::{OwnedRwLockReadGuard, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::app::App;
use crate::error::Result;
use crate::http::request_id;
use crate::jobs::claim::{self, Vacancy};
use crate::jobs::held::Held;
use crate::jobs::lane::Lane;
use crate::jobs::lease::{self, Ended, HEARTBEAT};
use crate::jobs::monitor;
use crate::jobs::work::{job_type, workload};

/// A sweep that changed this many deadlines is repeated at once.
const BUSY_THRESHOLD: usize = 16;
/// Pause between claims. Jobs that arrive meanwhile are claimed together; a claim of many costs about as much as a
/// claim of one.
const BATCH_WINDOW: Duration = Duration::from_millis(50);
/// Maximum delay of work without a signal: jobs that become due with time, and jobs that another replica did not
/// finish.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Held while a round runs, so the sandbox's clock does not move during it.
type Turn = Arc<OwnedRwLockReadGuard<()>>;

/// Runs all lanes until cancelled; running rounds are finished first.
pub async fn run(app: App, stop: CancellationToken) {
    let mut woken = app.jobs.wake.subscribe();
    let mut others = JoinSet::new();
    others.spawn(run_clocks(app.clone(), stop.clone()));
    others.spawn(monitor::run(app.clone(), stop.clone()));
    let mut rounds = Rounds::default();
    while !stop.is_cancelled() {
        // A panic must not end the workers.
        let started = AssertUnwindSafe(rounds.start(&app)).catch_unwind().await;
        match started {
            Ok(Ok(true)) => continue,
            Ok(Ok(false)) => rounds.wait(&mut woken, &stop).await,
            Ok(Err(error)) => {
                tracing::error!(%error, "job claim failed");
                stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
            }
            Err(_) => {
                tracing::error!("job claim panicked");
                stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(BATCH_WINDOW)).await;
    }
    while rounds.running.join_next().await.is_some() {}
    while others.join_next().await.is_some() {}
}

/// Moves the clocks whose light changes. It only polls, because a change of a light is less urgent than notices.
async fn run_clocks(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let done = {
            let _turn = app.jobs.run_lock.read().await;
            let sweep = workload(&app).sweep(&app, app.clock.now());
            AssertUnwindSafe(sweep).catch_unwind().await
        };
        let lane = Lane::Clocks.name();
        match done {
            Ok(Ok(done)) if done >= BUSY_THRESHOLD => continue,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, lane, "job round failed"),
            Err(_) => tracing::error!(lane, "job round panicked"),
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
    }
}

/// The running rounds, each with its lane.
#[derive(Default)]
struct Rounds {
    running: JoinSet<Lane>,
    busy: Vec<Lane>,
}

impl Rounds {
    /// Claims the due jobs for the free workers and starts them. Returns `true` if more may be due for workers still free.
    async fn start(&mut self, app: &App) -> Result<bool> {
        let turn = Arc::new(Arc::clone(&app.jobs.run_lock).read_owned().await);
        let vacancies = self.vacancies();
        if vacancies.is_empty() {
            return Ok(false);
        }
        let claimed = claim::claim(app, &vacancies).await?;
        let mut started = false;
        for (lane, jobs) in claimed.jobs {
            let size = usize::try_from(lane.batch()).unwrap_or(1);
            for part in jobs.chunks(size.max(1)) {
                started = true;
                let (app, part) = (app.clone(), part.to_vec());
                self.spawn(lane, &turn, async move { run_leased(&app, part).await });
            }
        }
        if let Some(pushes) = claimed.pushes {
            self.spawn(Lane::Pushes, &turn, async move {
                if let Err(error) = pushes.await {
                    tracing::error!(%error, lane = Lane::Pushes.name(), "job round failed");
                }
            });
        }
        Ok(started && claimed.has_more)
    }

    fn vacancies(&self) -> Vec<Vacancy> {
        let free = |lane: Lane| {
            let busy = self.busy.iter().filter(|other| **other == lane).count();
            let workers = u64::try_from(lane.workers().saturating_sub(busy)).unwrap_or_default();
            Vacancy {
                lane,
                jobs: workers * lane.batch(),
            }
        };
        let lanes = Lane::ALL.into_iter().filter(|lane| *lane != Lane::Clocks);
        lanes.map(free).filter(|vacancy| vacancy.jobs > 0).collect()
    }

    fn spawn(&mut self, lane: Lane, turn: &Turn, round: impl Future<Output = ()> + Send + 'static) {
        let turn = Arc::clone(turn);
        self.busy.push(lane);
        self.running.spawn(async move {
            if AssertUnwindSafe(round).catch_unwind().await.is_err() {
                tracing::error!(lane = lane.name(), "job round panicked");
            }
            drop(turn);
            lane
        });
    }

    /// Waits for a signal, for the end of a round, or for the next poll. A round may leave work behind: jobs that it
    /// has enqueued, or a second push to a person.
    async fn wait(&mut self, woken: &mut watch::Receiver<()>, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            Ok(()) = woken.changed() => {}
            Some(ended) = self.running.join_next() => self.free(ended.ok()),
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
        while let Some(ended) = self.running.try_join_next() {
            self.free(ended.ok());
        }
    }

    fn free(&mut self, lane: Option<Lane>) {
        if let Some(index) = self.busy.iter().position(|busy| Some(*busy) == lane) {
            self.busy.swap_remove(index);
        }
    }
}

/// Leases up to `limit` jobs of a lane, or of all, runs them and returns how many there were.
pub async fn run_jobs(app: &App, lane: Option<Lane>, limit: u64) -> Result<usize> {
    let leased = lease::lease(app, lane, limit).await?;
    let count = leased.len();
    if count > 0 {
        run_leased(app, leased).await;
    }
    Ok(count)
}

async fn run_leased(app: &App, leased: Vec<job::Model>) {
    let held = leased.clone();
    let ended = lease::while_held(app, &held, HEARTBEAT, run_all(app, leased)).await;
    lease::record(app, ended).await;
}

/// Runs jobs concurrently; jobs of a kind that runs together form one group. Returns the jobs whose results are not
/// recorded yet.
async fn run_all(app: &App, leased: Vec<job::Model>) -> Vec<Ended> {
    let mut groups: Vec<Vec<job::Model>> = Vec::new();
    for job in leased {
        let together = job_type(app, &job.kind).is_some_and(|job| job.together);
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

/// Runs jobs of one kind. If they fail together, runs each alone, so one cannot block the others.
async fn run_group(app: &App, group: Vec<job::Model>) -> Vec<Ended> {
    if let [first, _, ..] = group.as_slice() {
        let held = Held::new(&group);
        match run_stored(app, &group, &held).await {
            Ok(()) if held.is_recorded() => return Vec::new(),
            Ok(()) => return group.into_iter().map(|job| (job, Ok(()))).collect(),
            Err(error) => {
                tracing::warn!(kind = %first.kind, jobs = group.len(), %error, "job group failed");
            }
        }
    }
    let mut ended = Vec::new();
    for job in group {
        let alone = std::slice::from_ref(&job);
        let held = Held::new(alone);
        let outcome = run_stored(app, alone, &held).await;
        if outcome.is_err() || !held.is_recorded() {
            ended.push((job, outcome));
        }
    }
    ended
}

/// Runs jobs of one kind, under the id of the request that caused them. Their log lines have the ids of all of them;
/// what they cause has the id if it is the same for all. An unknown kind is an error: a newer release retries it.
async fn run_stored(app: &App, jobs: &[job::Model], held: &Held<'_>) -> Result<()> {
    let kind = jobs.first().map_or("", |job| job.kind.as_str());
    let Some(job) = job_type(app, kind) else {
        return Err(anyhow::anyhow!("no job of this kind: {kind}").into());
    };
    let subjects: Vec<&str> = jobs.iter().map(|job| job.subject.as_str()).collect();
    let ids: BTreeSet<Option<&str>> = jobs.iter().map(|job| job.request_id.as_deref()).collect();
    let named: Vec<&str> = ids.iter().copied().flatten().collect();
    let request_id = Some(named.join(",")).filter(|text| !text.is_empty());
    // No child of the request that moves the sandbox's clock: its trace is that of its cause.
    let span = tracing::info_span!(parent: None, "job", kind, request_id);
    let run = async {
        let outcome = job.run(app, &subjects, held).await;
        if outcome.is_ok() {
            tracing::info!(jobs = jobs.len(), "job done");
        }
        outcome
    };
    let cause = if ids.len() == 1 { request_id } else { None };
    // Boxed: the futures around it are nested deeply already.
    Box::pin(request_id::caused_by(cause, run.instrument(span))).await
}
