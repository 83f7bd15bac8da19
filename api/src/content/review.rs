//! The operators' queue: what WeChat was not sure of, what it gave no verdict on, and, on request, anything.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::ContentCheckId;
use entity::kinds::{ContentCheck, ContentSubject, Role};
use entity::{content_check, content_picture, photo};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::content::claims::{self, Refused, WAITING};
use crate::content::{apply_result, ids, store};
use crate::db;
use crate::error::{Error, Result};
use crate::http::paging::{Page, Paging};

/// Something published, with its pictures.
pub type ReviewItem = (content_check::Model, Vec<(content_picture::Model, photo::Model)>);

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

/// The standings of checks, known by the subjects of `SETTLED` jobs.
pub async fn standings(app: &App, subjects: &[&str]) -> Result<Vec<CheckStatus>> {
    let found = store::find_all(&app.db, &ids(subjects)?).await?;
    Ok(found.into_iter().map(CheckStatus::from).collect())
}

/// The states of what was published as these, each with its subject.
pub async fn states_of(
    connection: &impl ConnectionTrait,
    subject: ContentSubject,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, ContentCheck)>> {
    store::states_of_subjects(connection, subject, ids).await
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
    let check = store::hold(&txn, id).await?.ok_or_else(Error::not_found)?;
    if check.decided_at.is_some() {
        return Err(Refused::AlreadyDecided.into());
    }
    claims::QUEUE
        .heed(&txn, zone, id.to_string(), Some(caller.person), now)
        .await?;
    let state = if pass {
        ContentCheck::Pass
    } else {
        ContentCheck::Risky
    };
    store::note_decision(&txn, id, caller.person, now).await?;
    apply_result::set_overall(&txn, &[id], state, now).await?;
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
