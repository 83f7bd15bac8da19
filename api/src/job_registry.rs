//! All kinds of jobs, and the workers whose rows carry their own due time: the deadline sweep and the deliveries.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::city::categories::retrain;
use crate::error::Result;
use crate::follow_up::automatic;
use crate::insight::{nightly, reports};
use crate::jobs::work::{Work, Workload};
use crate::orders::actions::sub_assignment_reminder;
use crate::orders::{self, export, history};
use crate::overview::projector;
use crate::photos::cleanup;
use crate::supervision::{self, campaigns, measures, opinions};
use crate::wechat::push::{self, PushEvent};
use crate::{city, content, deadlines, files, notices, sites, watch_lists};

/// Kinds that ask WeChat about content.
const CHECKS: [&str; 2] = [content::enqueue::CHECK_TEXT, content::enqueue::CHECK_PICTURE];

/// Kinds that take long, or wait for the object store.
const HEAVY: [&str; 10] = [
    retrain::LEARN,
    cleanup::REMOVE_UNUSED,
    files::cleanup::REMOVE_UNUSED,
    sites::rate_limit::FORGET_QUOTAS,
    history::verification::CHECK,
    deadlines::RECOUNT,
    reports::write_job::WRITE_REPORT,
    export::job::EXPORT_STEP,
    export::job::REMOVE_EXPORT,
    nightly::FIND_TOPICS,
];

/// The work of the product, for the job runner.
#[must_use]
pub fn workload() -> Workload {
    Workload(Box::new(Registry))
}

struct Registry;

#[async_trait]
impl Work for Registry {
    fn checks(&self) -> &'static [&'static str] {
        &CHECKS
    }

    fn heavy(&self) -> &'static [&'static str] {
        &HEAVY
    }

    fn is_batched(&self, kind: &str) -> bool {
        [content::enqueue::CHECK_TEXT, content::apply_result::SETTLED].contains(&kind)
    }

    async fn run_batch(&self, app: &App, kind: &str, subjects: &[&str]) -> Result<()> {
        match kind {
            content::enqueue::CHECK_TEXT => content::check::check_texts(app, subjects).await,
            content::apply_result::SETTLED => emit_verdicts(app, subjects).await,
            _ => Err(anyhow::anyhow!("not a kind that is done together: {kind}").into()),
        }
    }

    async fn run(&self, app: &App, kind: &str, subject: &str) -> Result<()> {
        match kind {
            push::service::HANDLE => handle_push_message(app, subject).await,
            retrain::LEARN => retrain::nightly(app).await,
            cleanup::REMOVE_UNUSED => cleanup::remove_unused(app, subject).await,
            automatic::ASK_FOR_VERDICT => automatic::ask(app, subject).await,
            automatic::REMIND_DELEGATE => automatic::remind(app, subject).await,
            automatic::QUEUE_MANUAL_CALL => automatic::queue_manual_call(app, subject).await,
            campaigns::notify_joined::TELL => campaigns::notify_joined::notify(app, subject).await,
            campaigns::look_back::LOOK_BACK => campaigns::look_back::look_back(app, subject).await,
            opinions::reminder::REMIND => opinions::reminder::remind(app, subject).await,
            measures::reminder::REMIND => measures::reminder::remind(app, subject).await,
            watch_lists::reminder::REMIND => watch_lists::reminder::remind(app, subject).await,
            files::cleanup::REMOVE_UNUSED => files::cleanup::remove_unused(app, subject).await,
            supervision::due_reminder::REMIND => supervision::due_reminder::remind(app, subject).await,
            sub_assignment_reminder::REMIND => sub_assignment_reminder::remind(app, subject).await,
            content::enqueue::CHECK_TEXT => content::check::check_texts(app, &[subject]).await,
            content::enqueue::CHECK_PICTURE => content::check::check_picture(app, subject).await,
            content::apply_result::SETTLED => emit_verdicts(app, &[subject]).await,
            sites::rate_limit::FORGET_QUOTAS => sites::messages::forget_quotas(app).await,
            history::verification::CHECK => history::verification::verify_pages(app, subject).await,
            deadlines::RECOUNT => recalculate_deadlines(app).await,
            reports::write_job::WRITE_REPORT => reports::write_job::write(app, subject).await,
            reports::schedule::ASK_FOR_REPORT => reports::schedule::ask(app, subject).await,
            export::job::EXPORT_STEP => export::job::run_step(app, subject).await,
            export::job::REMOVE_EXPORT => export::job::remove(app, subject).await,
            nightly::FIND_TOPICS => nightly::find_topics(app).await,
            _ => Err(anyhow::anyhow!("no job of this kind: {kind}").into()),
        }
    }

    async fn sweep(&self, app: &App, now: DateTime<Utc>) -> Result<usize> {
        orders::clocks::sweep::sweep(app, now).await
    }

    async fn project_counts(&self, app: &App) -> Result<usize> {
        projector::apply_changes(app).await
    }

    async fn next_sweep(&self, app: &App) -> Result<Option<DateTime<Utc>>> {
        orders::clocks::sweep::next_due(&app.db).await
    }

    async fn deliver(&self, app: &App) -> Result<usize> {
        notices::delivery::deliver_due(app).await
    }

    async fn next_delivery(&self, app: &App) -> Result<Option<DateTime<Utc>>> {
        notices::delivery::next_due(app).await
    }
}

/// Tells a push from WeChat to whom it concerns. Done twice it does nothing the second time.
async fn handle_push_message(app: &App, subject: &str) -> Result<()> {
    let Some(event) = push::service::open(app, subject).await? else {
        return Ok(());
    };
    match event {
        PushEvent::Consents { .. } | PushEvent::Delivered { .. } => {
            notices::push_events::apply_push_event(app, &event).await?;
        }
        PushEvent::MediaChecked { .. } => content::apply_result::apply_push_event(app, &event).await?,
        PushEvent::Other(name) => tracing::info!(event = %name, "wechat push ignored"),
    }
    push::service::mark_handled(app, subject).await
}

/// Notifies the capabilities that publish; each handles its own content.
async fn emit_verdicts(app: &App, subjects: &[&str]) -> Result<()> {
    let standings = content::review::standings(app, subjects).await?;
    orders::submit::publication::apply_check_results(app, &standings).await?;
    sites::messages::apply_check_results(app, &standings).await
}

/// The replica that runs it may not have seen the announcement yet.
async fn recalculate_deadlines(app: &App) -> Result<()> {
    city::refresh::refresh(app).await?;
    let moved = orders::clocks::recalculate::recalculate(app, app.clock.now()).await?;
    tracing::info!(moved, "deadlines recalculated");
    Ok(())
}
