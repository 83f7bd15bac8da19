//! The jobs that ask WeChat, with no transaction open. Each reads what is still open when it runs, so that
//! running twice asks at most twice and settles once.

use chrono::{DateTime, Utc};
use entity::ids::{ContentCheckId, ContentPictureId};
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, photo};

use crate::app::App;
use crate::content::ask::enqueue;
use crate::content::verdict::{self, Next, PICTURE_ASKED, PICTURE_PATIENCE};
use crate::content::{settle, store};
use crate::db;
use crate::error::Result;
use crate::people::sealing::OpenId;
use crate::wechat::CallError;
use crate::wechat::calls::content::Scene;

/// Its subject is the check's id.
pub const CHECK_TEXT: &str = "check_text";
/// Its subject is the picture's id. It runs again when a verdict should have come.
pub const CHECK_PICTURE: &str = "check_picture";

pub async fn check_text(app: &App, subject: &str) -> Result<()> {
    let id: ContentCheckId = subject.parse().map_err(anyhow::Error::from)?;
    let Some(check) = store::find(&app.db, id).await? else {
        return Ok(());
    };
    if check.text_state != ContentCheck::Pending || check.decided_at.is_some() {
        return Ok(());
    }
    let answer = match openid(app, &check)? {
        Some(openid) => {
            app.wechat
                .check_text(openid.expose(), Scene::Comment, &check.text)
                .await
        }
        None => return give_up_text(app, id).await,
    };
    let (now, tries) = (app.clock.now(), check.text_attempts + 1);
    match answer {
        Ok(checked) => {
            let state = verdict::of_suggestion(checked.suggestion);
            settle::text(app, id, state, Some(checked.label), now).await
        }
        Err(error) => match after(&error, tries) {
            Next::GiveUp => give_up_text(app, id).await,
            Next::AskAgain(wait) => {
                let txn = db::write(&app.db).await?;
                store::count_text_try(&txn, id, tries).await?;
                enqueue(&txn, CHECK_TEXT, subject.to_owned(), now + wait, now).await?;
                Ok(txn.commit().await?)
            }
        },
    }
}

async fn give_up_text(app: &App, id: ContentCheckId) -> Result<()> {
    settle::text(app, id, ContentCheck::Unavailable, None, app.clock.now()).await
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
        return settle::picture(app, picture, verdict.state, Some(verdict.label), now).await;
    }
    let waiting = picture
        .asked_at
        .is_some_and(|asked| asked + PICTURE_PATIENCE > now);
    if waiting {
        return Ok(());
    }
    if picture.attempts < PICTURE_ASKED {
        return show(app, check, picture, photo).await;
    }
    settle::picture(app, picture, ContentCheck::Unavailable, None, now).await
}

/// Shows WeChat the picture as people would see it, under a link that lives for an hour.
async fn show(
    app: &App,
    check: &content_check::Model,
    picture: &content_picture::Model,
    photo: &photo::Model,
) -> Result<()> {
    let give_up =
        async || settle::picture(app, picture, ContentCheck::Unavailable, None, app.clock.now()).await;
    let Some(openid) = openid(app, check)? else {
        return give_up().await;
    };
    let link = app.objects.link(&photo.large_key).await?;
    let answer = app
        .wechat
        .check_picture(openid.expose(), Scene::Comment, &link)
        .await;
    let (now, tries) = (app.clock.now(), picture.attempts + 1);
    let (trace, again_at) = match answer {
        Ok(trace_id) => (Some(trace_id), now + PICTURE_PATIENCE),
        Err(error) => match after(&error, tries) {
            Next::GiveUp => return give_up().await,
            Next::AskAgain(wait) => (None, now + wait),
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
            settle::picture_held(
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
    let opened = sealed.map(|sealed| app.sealer.open_text(sealed)).transpose();
    Ok(opened.map_err(anyhow::Error::from)?.map(OpenId::new))
}

fn after(error: &CallError, tries: i32) -> Next {
    let next = verdict::after(error, tries);
    tracing::warn!(error = %error, tries, ?next, "a content check brought no verdict");
    next
}
