//! The jobs that ask WeChat, with no transaction open. Each reads what is still open when it runs, so that
//! running twice asks at most twice and settles once.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{ContentCheckId, ContentPictureId};
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, photo};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::app::App;
use crate::content::apply_result::{self, TextResult};
use crate::content::enqueue::{CHECK_PICTURE, CHECK_TEXT, enqueue};
use crate::content::result::{self, IMAGE_TIMEOUT, MAX_IMAGE_SUBMISSIONS, Next};
use crate::content::{ids, store};
use crate::db;
use crate::error::Result;
use crate::objects::client::ObjectStore;
use crate::sealing::OpenId;
use crate::sealing::Sealer;
use crate::wechat::CallError;
use crate::wechat::WeChat;
use crate::wechat::calls::content::Scene;

/// Several texts: WeChat is asked about all of them side by side, and what it says is written down together.
pub async fn check_texts(app: &App, subjects: &[&str]) -> Result<()> {
    let open = store::find_all(&app.db, &ids(subjects)?).await?;
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
            Answer::AskAgain { wait, tries } => {
                store::count_text_try(&txn, id, tries).await?;
                enqueue(&txn, CHECK_TEXT, id.to_string(), now + wait, now).await?;
            }
        }
    }
    apply_result::apply_text_results(app, &txn, verdicts, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The result of checking a text.
enum Answer {
    Verdict(TextResult),
    AskAgain { wait: TimeDelta, tries: i32 },
}

async fn ask(app: &App, check: content_check::Model) -> Result<(ContentCheckId, Answer)> {
    let none = Answer::Verdict(TextResult {
        state: ContentCheck::Unavailable,
        label: None,
    });
    let Some(openid) = openid(app, &check)? else {
        return Ok((check.id, none));
    };
    let call = app
        .state::<WeChat>()
        .check_text(openid.expose(), Scene::Comment, &check.text);
    let answer = match call.await {
        Ok(checked) => Answer::Verdict(TextResult {
            state: result::from_suggestion(checked.suggestion),
            label: Some(checked.label),
        }),
        Err(error) => {
            let tries = check.text_attempts + 1;
            match after(&error, tries) {
                Next::GiveUp => none,
                Next::Retry(wait) => Answer::AskAgain { wait, tries },
            }
        }
    };
    Ok((check.id, answer))
}

pub async fn check_picture(app: &App, subject: &str) -> Result<()> {
    let id: ContentPictureId = subject.parse().map_err(anyhow::Error::from)?;
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
        return apply_result::apply_photo_result(app, picture, verdict.state, Some(verdict.label), now).await;
    }
    let waiting = picture.asked_at.is_some_and(|asked| asked + IMAGE_TIMEOUT > now);
    if waiting {
        return Ok(());
    }
    if picture.attempts < MAX_IMAGE_SUBMISSIONS {
        return show(app, check, picture, photo).await;
    }
    apply_result::apply_photo_result(app, picture, ContentCheck::Unavailable, None, now).await
}

/// Shows WeChat the picture as people would see it, under a link that lives for an hour.
async fn show(
    app: &App,
    check: &content_check::Model,
    picture: &content_picture::Model,
    photo: &photo::Model,
) -> Result<()> {
    let give_up = async || {
        apply_result::apply_photo_result(app, picture, ContentCheck::Unavailable, None, app.clock.now()).await
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
    let (trace, again_at) = match answer {
        Ok(trace_id) => (Some(trace_id), now + IMAGE_TIMEOUT),
        Err(error) => match after(&error, tries) {
            Next::GiveUp => return give_up().await,
            Next::Retry(wait) => (None, now + wait),
        },
    };
    await_verdict(app, picture, tries, trace.as_deref(), again_at, now).await
}

async fn await_verdict(
    app: &App,
    picture: &content_picture::Model,
    tries: i32,
    trace_id: Option<&str>,
    again_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let Some(check) = store::hold(&txn, picture.check_id).await? else {
        return Ok(());
    };
    store::count_picture_try(&txn, picture.id, tries, trace_id.map(|id| (id, now))).await?;
    let early = match trace_id {
        Some(trace_id) => store::verdict_of(&txn, trace_id).await?,
        None => None,
    };
    match early {
        Some(verdict) => {
            apply_result::find_photo_check(
                app,
                &txn,
                &check,
                picture,
                verdict.state,
                Some(verdict.label),
                now,
            )
            .await?;
        }
        None => enqueue(&txn, CHECK_PICTURE, picture.id.to_string(), again_at, now).await?,
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
