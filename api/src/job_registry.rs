//! All kinds of jobs, and the workers whose rows carry their own due time: the deadline sweep and the deliveries.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::ids::ContentCheckId;
use futures_util::FutureExt as _;

use crate::app::App;
use crate::audit_tree::mail::MailCheckpoint;
use crate::city::categories::retrain::RetrainCategories;
use crate::content::apply_result::ApplyCheckResults;
use crate::content::enqueue::{CheckPicture, CheckText};
use crate::content::publishers::{CheckStatus, Publish, Publishers};
use crate::db::WriteTransaction;
use crate::deadlines::{RecalculateAllDeadlines, RecalculateDeadlines};
use crate::error::Result;
use crate::files::cleanup::RemoveUnusedFile;
use crate::follow_up::automatic::{QueueManualCall, RemindDelegate};
use crate::insight::nightly::FindTopics;
use crate::insight::reports::schedule::AskForReport;
use crate::insight::reports::write_job::WriteReport;
use crate::jobs::Lane;
use crate::jobs::job::{Job, JobType};
use crate::jobs::work::{PushRound, Work, Workload};
use crate::notices::second_channel::send::SendOnSecondChannel;
use crate::official::followers::MatchFollower;
use crate::orders::actions::reply::AskForVerdict;
use crate::orders::actions::sub_assignment_reminder::RemindSubAssignment;
use crate::orders::clocks::recalculate::{Scope, recalculate};
use crate::orders::export::job::{ExportStep, RemoveExport};
use crate::orders::history::verification::VerifyHistory;
use crate::overview::projector;
use crate::people::roster::NotifyReporterLeft;
use crate::photos::cleanup::RemoveUnusedPhoto;
use crate::sites::rate_limit::ForgetQuotas;
use crate::supervision::campaigns::look_back::LookBackOnCampaign;
use crate::supervision::campaigns::notify_joined::NotifyJoined;
use crate::supervision::due_reminder::RemindSupervisionOrder;
use crate::supervision::measures::reminder::RemindMeasure;
use crate::supervision::opinions::reminder::RemindOpinion;
use crate::upkeep::holiday_notice::CheckHolidayNotice;
use crate::upkeep::purge_expired::PurgeExpired;
use crate::upkeep::take_backup::TakeBackup;
use crate::videos::cleanup::RemoveUnusedVideo;
use crate::watch_lists::reminder::RemindInspection;
use crate::wechat::push::service::HandlePush;
use crate::wechat::push::{self, PushEvent};
use crate::{city, content, notices, orders, sites};

/// All kinds of jobs.
pub const JOBS: [JobType; 34] = [
    JobType::of::<AskForReport>(),
    JobType::of::<ApplyCheckResults>(),
    JobType::of::<AskForVerdict>(),
    JobType::of::<CheckHolidayNotice>(),
    JobType::of::<CheckPicture>(),
    JobType::of::<CheckText>(),
    JobType::of::<ExportStep>(),
    JobType::of::<FindTopics>(),
    JobType::of::<ForgetQuotas>(),
    JobType::of::<HandlePush>(),
    JobType::of::<LookBackOnCampaign>(),
    JobType::of::<MailCheckpoint>(),
    JobType::of::<MatchFollower>(),
    JobType::of::<NotifyJoined>(),
    JobType::of::<NotifyReporterLeft>(),
    JobType::of::<PurgeExpired>(),
    JobType::of::<QueueManualCall>(),
    JobType::of::<RecalculateAllDeadlines>(),
    JobType::of::<RecalculateDeadlines>(),
    JobType::of::<RemindDelegate>(),
    JobType::of::<RemindInspection>(),
    JobType::of::<RemindMeasure>(),
    JobType::of::<RemindOpinion>(),
    JobType::of::<RemindSubAssignment>(),
    JobType::of::<RemindSupervisionOrder>(),
    JobType::of::<RemoveExport>(),
    JobType::of::<RemoveUnusedFile>(),
    JobType::of::<RemoveUnusedPhoto>(),
    JobType::of::<RemoveUnusedVideo>(),
    JobType::of::<RetrainCategories>(),
    JobType::of::<SendOnSecondChannel>(),
    JobType::of::<TakeBackup>(),
    JobType::of::<VerifyHistory>(),
    JobType::of::<WriteReport>(),
];

/// The work of the product, for the job runner.
#[must_use]
pub fn workload() -> Workload {
    Workload(Box::new(Registry))
}

struct Registry;

#[async_trait]
impl Work for Registry {
    fn jobs(&self) -> &'static [JobType] {
        &JOBS
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

    async fn claim_pushes(&self, app: &App, txn: &WriteTransaction) -> Result<PushRound> {
        let round = notices::delivery::claim(app, txn).await?;
        let app = app.clone();
        Ok(async move { round.deliver(&app).await }.boxed())
    }

    async fn next_delivery(&self, app: &App) -> Result<Option<DateTime<Utc>>> {
        notices::delivery::next_due(app).await
    }
}

impl Job for HandlePush {
    const NAME: &'static str = "handle_push_message";
    type Input = i64;

    /// Tells a push from WeChat to whom it concerns. Done twice it does nothing the second time.
    async fn run(app: &App, id: i64) -> Result<()> {
        let Some(event) = push::service::open(app, id).await? else {
            return Ok(());
        };
        match event {
            PushEvent::Consents { .. } | PushEvent::Delivered { .. } => {
                notices::push_events::apply_push_event(app, &event).await?;
            }
            PushEvent::MediaChecked { .. } => content::apply_result::apply_push_event(app, &event).await?,
            PushEvent::Other(name) => tracing::info!(event = %name, "wechat push ignored"),
        }
        push::service::mark_handled(app, id).await
    }
}

impl Job for ApplyCheckResults {
    const NAME: &'static str = "content_settled";
    const TOGETHER: bool = true;
    type Input = ContentCheckId;

    async fn run(app: &App, id: ContentCheckId) -> Result<()> {
        Self::run_together(app, vec![id]).await
    }

    async fn run_together(app: &App, ids: Vec<ContentCheckId>) -> Result<()> {
        content::review::apply_results(app, &ids).await
    }
}

/// The capabilities that publish, for the content check.
#[must_use]
pub fn publishers() -> Publishers {
    Publishers(Box::new(AllPublishers))
}

struct AllPublishers;

#[async_trait]
impl Publish for AllPublishers {
    async fn apply_check_results(
        &self,
        app: &App,
        txn: &WriteTransaction,
        statuses: &[CheckStatus],
    ) -> Result<()> {
        orders::submit::publication::apply_check_results(txn, statuses).await?;
        sites::messages::apply_check_results(app, txn, statuses).await
    }
}

impl Job for RecalculateDeadlines {
    const NAME: &'static str = "recount_deadlines";
    const LANE: Lane = Lane::Heavy;
    type Input = ();

    /// The replica that runs it may not have seen the announcement yet.
    async fn run(app: &App, (): ()) -> Result<()> {
        recalculate_deadlines(app, Scope::Provisional).await
    }
}

impl Job for RecalculateAllDeadlines {
    const NAME: &'static str = "recount_all_deadlines";
    const LANE: Lane = Lane::Heavy;
    type Input = ();

    async fn run(app: &App, (): ()) -> Result<()> {
        recalculate_deadlines(app, Scope::All).await
    }
}

async fn recalculate_deadlines(app: &App, scope: Scope) -> Result<()> {
    city::refresh::refresh(app).await?;
    let moved = recalculate(app, scope, app.clock.now()).await?;
    tracing::info!(moved, "deadlines recalculated");
    Ok(())
}
