//! The work of the runner. The composition root supplies it, so that the runner depends on no capability.

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
    /// All kinds of jobs.
    fn jobs(&self) -> &'static [JobType];
    /// Moves every clock whose light changes now.
    async fn sweep(&self, app: &App, now: DateTime<Utc>) -> Result<usize>;
    /// Brings the materialized counts up to date, as part of doing everything that is due. The server does it in a
    /// loop of its own.
    async fn project_counts(&self, app: &App) -> Result<usize>;
    /// The time of the next change of a light.
    async fn next_sweep(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
    /// Makes the pushes that are due.
    async fn deliver(&self, app: &App) -> Result<usize>;
    /// Claims the pushes that are due as part of a transaction.
    async fn claim_pushes(&self, app: &App, txn: &WriteTransaction) -> Result<PushRound>;
    /// The time of the next push.
    async fn next_delivery(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
}

/// The work of this application, as its state.
pub struct Workload(pub Box<dyn Work>);

/// The work that the application was built with.
pub fn workload(app: &App) -> &dyn Work {
    app.state::<Workload>().0.as_ref()
}

/// Returns the kind of job with this name. Returns `None` for one of a newer release, or of an older one.
pub fn job_type(app: &App, name: &str) -> Option<&'static JobType> {
    workload(app).jobs().iter().find(|job| job.name == name)
}

/// Returns how a kind of job is retried. An unknown one is retried too: a newer release may run it.
pub fn retry_policy(app: &App, name: &str) -> RetryPolicy {
    job_type(app, name).map_or(RetryPolicy::ONE_DAY, |job| job.retry)
}
