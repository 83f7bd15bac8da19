//! Consequences of a check for the content itself. The composition root supplies it, so that the check depends on
//! none of the capabilities that publish.

use async_trait::async_trait;
use entity::content_check;
use entity::kinds::{ContentCheck, ContentSubject};
use uuid::Uuid;

use crate::app::App;
use crate::db::WriteTransaction;
use crate::error::Result;

/// The state of published content, for its author.
#[derive(Clone, Copy, Debug)]
pub struct CheckStatus {
    pub subject: ContentSubject,
    pub subject_id: Uuid,
    pub state: ContentCheck,
}

impl From<content_check::Model> for CheckStatus {
    fn from(check: content_check::Model) -> Self {
        Self {
            subject: check.subject,
            subject_id: check.subject_id,
            state: check.state,
        }
    }
}

/// The capabilities that publish; each handles its own content.
#[async_trait]
pub trait Publish: Send + Sync {
    /// Applies results in the transaction that records them. The rows of the checks are locked, so that of two results of
    /// one check the later one is applied last. Idempotent.
    async fn apply_check_results(
        &self,
        app: &App,
        txn: &WriteTransaction,
        statuses: &[CheckStatus],
    ) -> Result<()>;
}

/// The publishers of this application, as its state.
pub struct Publishers(pub Box<dyn Publish>);

pub(super) async fn apply(app: &App, txn: &WriteTransaction, statuses: &[CheckStatus]) -> Result<()> {
    let Publishers(publishers) = app.state();
    publishers.apply_check_results(app, txn, statuses).await
}
