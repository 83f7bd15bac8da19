//! The jobs that ask WeChat, with no transaction open. Each reads what is still open when it runs, so that
//! running twice asks at most twice and settles once.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{ContentCheckId, ContentPictureId};
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, photo};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::app::App;
use crate::content::apply_result::{self, LockedPhoto, PartResult};
use crate::content::enqueue::{CheckPicture, CheckText};
use crate::content::result::{self, IMAGE_TIMEOUT, MAX_IMAGE_SUBMISSIONS, Next};
use crate::content::store;
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Held, Job, Lane};
use crate::objects::client::ObjectStore;
use crate::sealing::OpenId;
use crate::sealing::Sealer;
use crate::wechat::CallError;
use crate::wechat::WeChat;
use crate::wechat::calls::content::Scene;

impl Job for CheckText {
    const NAME: &'static str = "check_text";
    const LANE: Lane = Lane::Checks;
    const TOGETHER: bool = true;
    type Input = ContentCheckId;

    async fn run(app: &App, id: ContentCheckId) -> Result<()> {
        check_texts(app, &[id]).await
    }

    async fn run_held(app: &App, ids: Vec<ContentCheckId>, held: &Held<'_>) -> Result<()> {
        check_held_texts(app, &ids, held).await
    }
}

impl Job for CheckPicture {
    const NAME: &'static str = "check_picture";
    const LANE: Lane = Lane::Checks;
    type Input = ContentPictureId;

    async fn run(app: &App, id: ContentPictureId) -> Result<()> {
        check_picture(app, id).await
    }
}

/// Checks several texts outside of a lease.
pub async fn check_texts(app: &App, ids: &[ContentCheckId]) -> Result<()> {
    check_held_texts(app, ids, &Held::default()).await
}

/// Asks WeChat about several texts side by side. One transaction records the verdicts, applies them to the content and
/// marks the jobs done.
async fn check_held_texts(app: &App, ids: &[ContentCheckId], held: &Held<'_>) -> Result<()> {
    let open = store::find_all(&app.db, ids).await?;
    let open = open
        .into_iter()
        .filter(|check| check.text_state == ContentCheck::Pending && check.decided_at.is_none());
    let asked = stream::iter(open).map(|check| ask(app, check));
    let answers = asked.buffer_unordered(app.config.job_workers.max(1));
    let answers: Vec<(ContentCheckId, Answer)> = answers.try_collect().await?;
    if answers.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let mut verdicts = Vec::new();
    for (id, answer) in answers {
        match answer {
            Answer::Verdict(verdict) => verdicts.push((id, verdict)),
            Answer::Retry { wait, tries } => {
                store::count_text_try(&txn, id, tries).await?;
                enqueue(&txn, NewJob::of::<CheckText>(&id, now + wait)?, now).await?;
            }
        }
    }
    apply_result::apply_text_results(app, &txn, verdicts, now).await?;
    held.record_done(&txn, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The result of checking a text.
enum Answer {
    Verdict(PartResult),
    Retry { wait: TimeDelta, tries: i32 },
}

async fn ask(app: &App, check: content_check::Model) -> Result<(ContentCheckId, Answer)> {
    let none = Answer::Verdict(PartResult::UNAVAILABLE);
    let Some(openid) = openid(app, &check)? else {
        return Ok((check.id, none));
    };
    let call = app
        .state::<WeChat>()
        .check_text(openid.expose(), Scene::Comment, &check.text);
    let answer = match call.await {
        Ok(checked) => Answer::Verdict(PartResult {
            state: result::from_suggestion(checked.suggestion),
            label: Some(checked.label),
        }),
        Err(error) => {
            let tries = check.text_attempts + 1;
            match after(&error, tries) {
                Next::GiveUp => none,
                Next::Retry(wait) => Answer::Retry { wait, tries },
            }
        }
    };
    Ok((check.id, answer))
}

async fn check_picture(app: &App, id: ContentPictureId) -> Result<()> {
    let Some((picture, photo)) = store::picture(&app.db, id).await? else {
        return Ok(());
    };
    let Some(check) = store::find(&app.db, picture.check_id).await? else {
        return Ok(());
    };
    if picture.state != ContentCheck::Pending || check.decided_at.is_some() {
        return Ok(());
    }
    match &picture.trace_id {
        Some(trace_id) => overdue(app, &check, &picture, &photo, trace_id).await,
        None => show(app, &check, &picture, &photo).await,
    }
}

/// A verdict was promised. It may have been pushed at the very moment its trace id was written down.
async fn overdue(
    app: &App,
    check: &content_check::Model,
    picture: &content_picture::Model,
    photo: &photo::Model,
    trace_id: &str,
) -> Result<()> {
    let now = app.clock.now();
    if let Some(verdict) = store::verdict_of(&app.db, trace_id).await? {
        return apply_result::apply_photo_result(app, picture, PartResult::of(&verdict), now).await;
    }
    let waiting = picture.asked_at.is_some_and(|asked| asked + IMAGE_TIMEOUT > now);
    if waiting {
        return Ok(());
    }
    if picture.attempts < MAX_IMAGE_SUBMISSIONS {
        return show(app, check, picture, photo).await;
    }
    apply_result::apply_photo_result(app, picture, PartResult::UNAVAILABLE, now).await
}

/// Shows WeChat the picture as people would see it, under a link that lives for an hour.
async fn show(
    app: &App,
    check: &content_check::Model,
    picture: &content_picture::Model,
    photo: &photo::Model,
) -> Result<()> {
    let give_up = async || {
        let now = app.clock.now();
        apply_result::apply_photo_result(app, picture, PartResult::UNAVAILABLE, now).await
    };
    let Some(openid) = openid(app, check)? else {
        return give_up().await;
    };
    let link = app.state::<ObjectStore>().link(&photo.large_key).await?;
    let answer = app
        .state::<WeChat>()
        .check_picture(openid.expose(), Scene::Comment, &link)
        .await;
    let (now, tries) = (app.clock.now(), picture.attempts + 1);
    let (trace_id, again_at) = match answer {
        Ok(trace_id) => (Some(trace_id), now + IMAGE_TIMEOUT),
        Err(error) => match after(&error, tries) {
            Next::GiveUp => return give_up().await,
            Next::Retry(wait) => (None, now + wait),
        },
    };
    let submission = ImageSubmission {
        tries,
        trace_id: trace_id.as_deref(),
        again_at,
    };
    await_verdict(app, picture, submission, now).await
}

/// A photo has been shown to WeChat, which names its answer-to-be by `trace_id` unless the call failed.
struct ImageSubmission<'a> {
    tries: i32,
    trace_id: Option<&'a str>,
    /// When to look for the result, or to try again.
    again_at: DateTime<Utc>,
}

async fn await_verdict(
    app: &App,
    picture: &content_picture::Model,
    submission: ImageSubmission<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let ImageSubmission {
        tries,
        trace_id,
        again_at,
    } = submission;
    let txn = db::write(&app.db).await?;
    let Some(check) = store::lock(&txn, picture.check_id).await? else {
        return Ok(());
    };
    store::count_picture_try(&txn, picture.id, tries, trace_id.map(|id| (id, now))).await?;
    let early = match trace_id {
        Some(trace_id) => store::verdict_of(&txn, trace_id).await?,
        None => None,
    };
    match early {
        Some(verdict) => {
            let check = &check;
            let photo = LockedPhoto { check, picture };
            apply_result::settle_photo(app, &txn, photo, PartResult::of(&verdict), now).await?;
        }
        None => enqueue(&txn, NewJob::of::<CheckPicture>(&picture.id, again_at)?, now).await?,
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

fn openid(app: &App, check: &content_check::Model) -> Result<Option<OpenId>> {
    let sealed = check.openid_sealed.as_deref();
    let opened = sealed
        .map(|sealed| app.state::<Sealer>().open_text(sealed))
        .transpose();
    Ok(opened.map_err(anyhow::Error::from)?.map(OpenId::new))
}

fn after(error: &CallError, tries: i32) -> Next {
    let next = result::after(error, tries);
    tracing::warn!(error = %error, tries, ?next, "content check without verdict");
    next
}
