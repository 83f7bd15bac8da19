//! The operators' queue: what WeChat was not sure of, what it gave no verdict on, and, on request, anything.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{ContentCheckId, VideoId};
use entity::kinds::{ContentCheck, ContentSubject, Role};
use entity::{content_check, content_picture, photo};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::content::claims::{self, Refused, WAITING};
use crate::content::publishers::{self, CheckStatus};
use crate::content::{apply_result, store};
use crate::db;
use crate::error::{Error, Result};
use crate::http::paging::{Page, Paging};
use crate::people::claims::Claimant;
use crate::videos::view::{self, VideoView};

/// Something published, with its pictures.
pub type ReviewItem = (content_check::Model, Vec<(content_picture::Model, photo::Model)>);

/// Applies the present results of checks once more.
pub async fn apply_results(app: &App, ids: &[ContentCheckId]) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let checks = store::lock_all(&txn, ids).await?;
    let statuses: Vec<CheckStatus> = checks.into_iter().map(CheckStatus::from).collect();
    publishers::apply(app, &txn, &statuses).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Returns the state of content. Returns `None` if nothing was published.
pub async fn state_of(
    connection: &impl ConnectionTrait,
    subject: ContentSubject,
    id: Uuid,
) -> Result<Option<ContentCheck>> {
    Ok(store::of_subject(connection, subject, id)
        .await?
        .map(|check| check.state))
}

/// Lists content that waits for a verdict or an operator, oldest first; or content in one state.
pub async fn list(
    app: &App,
    caller: &Caller,
    state: Option<ContentCheck>,
    paging: &Paging,
) -> Result<Page<ReviewItem>> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    let limit = paging.limit()?;
    let after: Option<(DateTime<Utc>, ContentCheckId)> = paging.after()?;
    let states = state.map_or(WAITING.to_vec(), |state| vec![state]);
    let rows = store::list(&app.db, &states, after, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.created_at, row.id));
    let ids = page.items.iter().map(|row| row.id).collect();
    let mut pictures = store::pictures(&app.db, ids).await?;
    Ok(page.map(|check| with_pictures(check, &mut pictures)))
}

/// Decides that content is shown to its readers or to nobody. The decision is final and may overrule WeChat.
pub async fn decide(app: &App, caller: &Caller, id: ContentCheckId, pass: bool) -> Result<ReviewItem> {
    caller.require(Role::Operator)?;
    let now = app.clock.now();
    let zone = app.state::<CityHandle>().load().zone();
    let txn = db::write(&app.db).await?;
    let check = store::lock(&txn, id).await?.ok_or_else(Error::not_found)?;
    if check.decided_at.is_some() {
        return Err(Refused::AlreadyDecided.into());
    }
    let claimant = Claimant {
        person: Some(caller.person),
        zone,
    };
    claims::QUEUE.heed(&txn, id.to_string(), claimant, now).await?;
    let state = if pass {
        ContentCheck::Pass
    } else {
        ContentCheck::Risky
    };
    store::note_decision(&txn, id, caller.person, now).await?;
    apply_result::set_overall(app, &txn, &[&check], state, now).await?;
    claims::QUEUE.release(&txn, id.to_string(), caller.person).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    show(app, caller, id).await
}

/// Returns one check in any state.
pub async fn show(app: &App, caller: &Caller, id: ContentCheckId) -> Result<ReviewItem> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    let check = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let mut pictures = store::pictures(&app.db, vec![id]).await?;
    Ok(with_pictures(check, &mut pictures))
}

/// The video that a check is about, as its reviewer sees it.
pub async fn video_of(app: &App, check: &content_check::Model) -> Result<Option<VideoView>> {
    if check.subject != ContentSubject::Video {
        return Ok(None);
    }
    let id = VideoId(check.subject_id);
    Ok(view::for_reviewers(app, &[id]).await?.remove(&id))
}

/// The videos of several checks.
pub async fn videos_of(app: &App, items: &[ReviewItem]) -> Result<HashMap<VideoId, VideoView>> {
    let ids: Vec<VideoId> = items
        .iter()
        .filter(|(check, _)| check.subject == ContentSubject::Video)
        .map(|(check, _)| VideoId(check.subject_id))
        .collect();
    view::for_reviewers(app, &ids).await
}

/// How many wait for a verdict or a person.
pub async fn count_waiting(app: &App, caller: &Caller) -> Result<u64> {
    caller.require_any(&[Role::Operator, Role::Admin])?;
    store::count(&app.db, &WAITING).await
}

fn with_pictures(
    check: content_check::Model,
    pictures: &mut HashMap<ContentCheckId, Vec<(content_picture::Model, photo::Model)>>,
) -> ReviewItem {
    let pictures = pictures.remove(&check.id).unwrap_or_default();
    (check, pictures)
}
