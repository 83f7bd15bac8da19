//! Applies a verdict to the part and to the whole. If the whole has changed, enqueues the job that notifies the author.
//! An operator's decision takes precedence over WeChat's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::ContentCheckId;
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, media_verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::content::{group_by_key, result, store};
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::jobs::queue::{self, NewJob};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::wechat::push::PushEvent;

/// Something published is settled, or settled otherwise. Its subject is the check's id. Several are done at once.
pub const SETTLED: &str = "content_settled";
/// Maximum number of characters of a text in a notice.
const NOTE_CHARS: usize = 60;

/// The verdict on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextResult {
    pub state: ContentCheck,
    /// WeChat's own.
    pub label: Option<i64>,
}

/// Texts that were asked about. One that was settled meanwhile stays as it is.
pub(super) async fn apply_text_results(
    app: &App,
    txn: &WriteTransaction,
    verdicts: Vec<(ContentCheckId, TextResult)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let verdicts: BTreeMap<_, _> = verdicts.into_iter().collect();
    let ids: Vec<ContentCheckId> = verdicts.keys().copied().collect();
    let mut settled = Vec::new();
    let mut said = Vec::new();
    for check in store::hold_all(txn, &ids).await? {
        let Some(verdict) = verdicts.get(&check.id).copied() else {
            continue;
        };
        if check.text_state != ContentCheck::Pending || check.decided_at.is_some() {
            continue;
        }
        said.push((verdict, check.id));
        settled.push((check, verdict.state));
    }
    for (verdict, ids) in group_by_key(said) {
        store::settle_texts(txn, &ids, verdict.state, verdict.label).await?;
    }
    update_overall(app, txn, settled, now).await
}

pub(super) async fn apply_photo_result(
    app: &App,
    picture: &content_picture::Model,
    state: ContentCheck,
    label: Option<i64>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let Some(check) = store::hold(&txn, picture.check_id).await? else {
        return Ok(());
    };
    find_photo_check(app, &txn, &check, picture, state, label, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Applies a picture's verdict; the caller has locked the check. A verdict after the time limit still counts.
pub(super) async fn find_photo_check(
    app: &App,
    txn: &WriteTransaction,
    check: &content_check::Model,
    picture: &content_picture::Model,
    state: ContentCheck,
    label: Option<i64>,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = matches!(picture.state, ContentCheck::Pending | ContentCheck::Unavailable);
    if !open || picture.state == state || check.decided_at.is_some() {
        return Ok(());
    }
    store::settle_picture(txn, picture.id, state, label).await?;
    update_overall(app, txn, vec![(check.clone(), check.text_state)], now).await
}

/// Applies WeChat's verdict on a picture. It is stored, because it may arrive before its trace id is known.
pub async fn apply_push_event(app: &App, event: &PushEvent) -> Result<()> {
    let PushEvent::MediaChecked {
        trace_id,
        suggestion,
        label,
    } = event
    else {
        return Ok(());
    };
    let now = app.clock.now();
    let state = suggestion.map_or(ContentCheck::Unavailable, result::from_suggestion);
    let row = media_verdict::ActiveModel {
        trace_id: Set(trace_id.clone()),
        state: Set(state),
        label: Set(*label),
        received_at: Set(now),
    };
    let txn = db::write(&app.db).await?;
    store::keep_verdict(&txn, row).await?;
    if let Some(found) = store::traced(&txn, trace_id).await?
        && let Some(check) = store::hold(&txn, found.check_id).await?
    {
        find_photo_check(app, &txn, &check, &found, state, Some(*label), now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Recalculates the results of wholes, each with the state of its text.
async fn update_overall(
    app: &App,
    txn: &WriteTransaction,
    checks: Vec<(content_check::Model, ContentCheck)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<ContentCheckId> = checks.iter().map(|(check, _)| check.id).collect();
    let mut pictures = store::states_of_pictures(txn, &ids).await?;
    let mut changed = Vec::new();
    for (check, text_state) in checks {
        let pictures = pictures.remove(&check.id).unwrap_or_default();
        let state = result::worst_of([text_state].into_iter().chain(pictures));
        if state == check.state {
            continue;
        }
        changed.push((state, check.id));
        if result::needs_review(state) {
            notify_operators(app, txn, &check.title, &check.text, now).await?;
        }
    }
    for (state, ids) in group_by_key(changed) {
        set_overall(txn, &ids, state, now).await?;
    }
    Ok(())
}

/// Stores the results of wholes and notifies the authors.
pub(super) async fn set_overall(
    txn: &impl ConnectionTrait,
    ids: &[ContentCheckId],
    state: ContentCheck,
    now: DateTime<Utc>,
) -> Result<()> {
    let settled_at = (state != ContentCheck::Pending).then_some(now);
    store::set_state(txn, ids, state, settled_at).await?;
    let jobs = ids.iter().map(|id| NewJob {
        kind: SETTLED,
        subject: id.to_string(),
        dedup_key: None,
        run_at: now,
    });
    queue::enqueue_all(txn, jobs.collect(), now).await
}

pub(super) async fn notify_operators(
    app: &App,
    txn: &impl ConnectionTrait,
    title: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let note: String = text.chars().take(NOTE_CHARS).collect();
    let event = Event::general(EventKind::ContentReview).title(title).note(note);
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}
