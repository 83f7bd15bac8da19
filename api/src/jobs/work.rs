//! The work of the runner. The composition root supplies it, so the runner depends on no capability.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::app::App;
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::jobs::job::JobType;
use crate::jobs::retry::RetryPolicy;

/// The work that remains with claimed pushes after the commit. Returns their number.
pub type PushRound = BoxFuture<'static, Result<usize>>;

/// All background work.
#[async_trait]
pub trait Work: Send + Sync {
    /// Returns all kinds of jobs.
    fn jobs(&self) -> &'static [JobType];
    /// Moves every clock whose light changes now.
    async fn sweep(&self, app: &App, now: DateTime<Utc>) -> Result<usize>;
    /// Updates the materialized counts, when all due work is run without the workers. The server updates them in a
    /// loop of its own.
    async fn project_counts(&self, app: &App) -> Result<usize>;
    /// Returns the time of the next change of a light.
    async fn next_sweep(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
    /// Sends the due pushes.
    async fn deliver(&self, app: &App) -> Result<usize>;
    /// Claims the due pushes as part of a transaction.
    async fn claim_pushes(&self, app: &App, txn: &WriteTransaction) -> Result<PushRound>;
    /// Returns the time of the next push.
    async fn next_delivery(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
}

/// The work of this application, as its state.
pub struct Workload(pub Box<dyn Work>);

/// Returns the work that the application was built with.
pub fn workload(app: &App) -> &dyn Work {
    app.state::<Workload>().0.as_ref()
}

/// Returns the kind of job with this name, or `None` for a kind of a newer or older release.
pub fn job_type(app: &App, name: &str) -> Option<&'static JobType> {
    workload(app).jobs().iter().find(|job| job.name == name)
}

/// Returns how a kind of job is retried. An unknown one is retried too: a newer release may run it.
pub fn retry_policy(app: &App, name: &str) -> RetryPolicy {
    job_type(app, name).map_or(RetryPolicy::ONE_DAY, |job| job.retry)
}
