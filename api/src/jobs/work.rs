//! The work of the runner. The composition root supplies it, so that the runner depends on no capability.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::error::Result;

/// All background work.
#[async_trait]
pub trait Work: Send + Sync {
    /// Kinds that ask WeChat about content.
    fn checks(&self) -> &'static [&'static str];
    /// Kinds that take long, or wait for the object store.
    fn heavy(&self) -> &'static [&'static str];
    /// Whether jobs of this kind that are due at the same time run as one batch.
    fn is_batched(&self, kind: &str) -> bool;
    /// Runs several jobs of one kind. If it fails none is done, or each may be done again.
    async fn run_batch(&self, app: &App, kind: &str, subjects: &[&str]) -> Result<()>;
    /// Runs one job. An unknown kind is an error: a newer release retries it.
    async fn run(&self, app: &App, kind: &str, subject: &str) -> Result<()>;
    /// Moves every clock whose light changes now.
    async fn sweep(&self, app: &App, now: DateTime<Utc>) -> Result<usize>;
    /// Brings the materialized counts up to date, as part of doing everything that is due. The server does it in a
    /// loop of its own.
    async fn project_counts(&self, app: &App) -> Result<usize>;
    /// The time of the next change of a light.
    async fn next_sweep(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
    /// Makes the pushes that are due.
    async fn deliver(&self, app: &App) -> Result<usize>;
    /// The time of the next push.
    async fn next_delivery(&self, app: &App) -> Result<Option<DateTime<Utc>>>;
}

/// The work of this application, as its state.
pub struct Workload(pub Box<dyn Work>);

/// The work that the application was built with.
pub fn workload(app: &App) -> &dyn Work {
    app.state::<Workload>().0.as_ref()
}
