//! Applies a verdict to the part and to the whole. If the whole has changed, tells the capability that publishes it, in the
//! same transaction.
//! An operator's decision takes precedence over WeChat's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::ContentCheckId;
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, media_verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::content::publishers::{self, CheckStatus};
use crate::content::{group_by_key, result, store};
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::wechat::push::PushEvent;

/// Applies the result of a check to its content. Earlier releases enqueued it; now a result is applied when it is recorded.
pub struct ApplyCheckResults;

/// Maximum number of characters of a text in a notice.
const NOTE_CHARS: usize = 60;

/// The result of checking one part, a text or a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PartResult {
    pub state: ContentCheck,
    /// WeChat's own.
    pub label: Option<i64>,
}

impl PartResult {
    /// The part could not be checked.
    pub(super) const UNAVAILABLE: Self = Self {
        state: ContentCheck::Unavailable,
        label: None,
    };

    pub(super) fn of(verdict: &media_verdict::Model) -> Self {
        Self {
            state: verdict.state,
            label: Some(verdict.label),
        }
    }
}

/// A photo whose check the caller has locked.
#[derive(Clone, Copy)]
pub(super) struct LockedPhoto<'a> {
    pub check: &'a content_check::Model,
    pub picture: &'a content_picture::Model,
}

/// Texts that were asked about. One that was settled meanwhile stays as it is.
pub(super) async fn apply_text_results(
    app: &App,
    txn: &WriteTransaction,
    verdicts: Vec<(ContentCheckId, PartResult)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let verdicts: BTreeMap<_, _> = verdicts.into_iter().collect();
    let ids: Vec<ContentCheckId> = verdicts.keys().copied().collect();
    let mut settled = Vec::new();
    let mut said = Vec::new();
    for check in store::lock_all(txn, &ids).await? {
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
    result: PartResult,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let Some(check) = store::lock(&txn, picture.check_id).await? else {
        return Ok(());
    };
    let check = &check;
    settle_photo(app, &txn, LockedPhoto { check, picture }, result, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Applies a photo's result. A result after the time limit still counts.
pub(super) async fn settle_photo(
    app: &App,
    txn: &WriteTransaction,
    photo: LockedPhoto<'_>,
    result: PartResult,
    now: DateTime<Utc>,
) -> Result<()> {
    let LockedPhoto { check, picture } = photo;
    let PartResult { state, label } = result;
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
        && let Some(check) = store::lock(&txn, found.check_id).await?
    {
        let photo = LockedPhoto {
            check: &check,
            picture: &found,
        };
        let label = Some(*label);
        settle_photo(app, &txn, photo, PartResult { state, label }, now).await?;
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
        if result::needs_review(state) {
            notify_operators(app, txn, &check.title, &check.text, now).await?;
        }
        changed.push((state, check));
    }
    for (state, checks) in group_by_key(changed) {
        let checks: Vec<_> = checks.iter().collect();
        set_overall(app, txn, &checks, state, now).await?;
    }
    Ok(())
}

/// Stores the results of wholes, whose rows the caller has locked, and applies them to the content.
pub(super) async fn set_overall(
    app: &App,
    txn: &WriteTransaction,
    checks: &[&content_check::Model],
    state: ContentCheck,
    now: DateTime<Utc>,
) -> Result<()> {
    let settled_at = (state != ContentCheck::Pending).then_some(now);
    let ids: Vec<ContentCheckId> = checks.iter().map(|check| check.id).collect();
    store::set_state(txn, &ids, state, settled_at).await?;
    let statuses = checks.iter().map(|check| CheckStatus {
        subject: check.subject,
        subject_id: check.subject_id,
        state,
    });
    publishers::apply(app, txn, &statuses.collect::<Vec<_>>()).await
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
