//! What a verdict changes: the part, the whole, and, when the whole has changed, the job that tells whoever
//! published it. Whether WeChat or an operator spoke first, an operator's word stands.

use chrono::{DateTime, Utc};
use entity::ids::ContentCheckId;
use entity::kinds::ContentCheck;
use entity::{content_check, content_picture, media_verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::content::ask::enqueue;
use crate::content::{store, verdict};
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::notices::{self, Event, EventKind};
use crate::wechat::push::PushEvent;

/// Something published is settled, or settled otherwise. Its subject is the check's id.
pub const SETTLED: &str = "content_settled";
/// So much of a text stands in a notice.
const NOTE_CHARS: usize = 60;

pub(super) async fn text(
    app: &App,
    id: ContentCheckId,
    state: ContentCheck,
    label: Option<i64>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let Some(check) = store::hold(&txn, id).await? else {
        return Ok(());
    };
    if check.text_state != ContentCheck::Pending || check.decided_at.is_some() {
        return Ok(());
    }
    store::settle_text(&txn, id, state, label).await?;
    whole(app, &txn, &check, state, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

pub(super) async fn picture(
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
    picture_held(app, &txn, &check, picture, state, label, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The same in a transaction that holds the check. A verdict that comes after we stopped waiting still counts.
pub(super) async fn picture_held(
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
    whole(app, txn, check, check.text_state, now).await
}

/// WeChat's verdict on a picture, as pushed. It is kept: it may be here before its trace id is.
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
    let state = suggestion.map_or(ContentCheck::Unavailable, verdict::of_suggestion);
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
        picture_held(app, &txn, &check, &found, state, Some(*label), now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The whole, judged anew. `text_state` is the text's as it is now.
async fn whole(
    app: &App,
    txn: &WriteTransaction,
    check: &content_check::Model,
    text_state: ContentCheck,
    now: DateTime<Utc>,
) -> Result<()> {
    let pictures = store::states_of_pictures(txn, check.id).await?;
    let state = verdict::of_parts([text_state].into_iter().chain(pictures));
    if state == check.state {
        return Ok(());
    }
    change(txn, check.id, state, now).await?;
    if verdict::needs_a_person(state) {
        call_for_a_person(app, txn, &check.title, &check.text, now).await?;
    }
    Ok(())
}

/// Gives the whole its state and tells whoever published it.
pub(super) async fn change(
    txn: &impl ConnectionTrait,
    id: ContentCheckId,
    state: ContentCheck,
    now: DateTime<Utc>,
) -> Result<()> {
    let settled_at = (state != ContentCheck::Pending).then_some(now);
    store::set_state(txn, id, state, settled_at).await?;
    enqueue(txn, SETTLED, id.to_string(), now, now).await
}

pub(super) async fn call_for_a_person(
    app: &App,
    txn: &impl ConnectionTrait,
    title: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let note: String = text.chars().take(NOTE_CHARS).collect();
    let event = Event::general(EventKind::ContentReview).title(title).note(note);
    notices::tell(txn, &app.wording, &event, now).await
}
