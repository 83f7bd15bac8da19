//! A person's inbox. Its lines are never removed.

use chrono::{DateTime, Utc};
use entity::ids::{NoticeId, PersonId};
use entity::notice;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::paging::{Page, Paging};
use crate::notices::store;

/// Returns one page, newest first, and the number of unread lines in the whole inbox.
pub async fn list(
    app: &App,
    person: PersonId,
    unread_only: bool,
    paging: &Paging,
) -> Result<(Page<notice::Model>, u64)> {
    let limit = paging.limit()?;
    let after: Option<(DateTime<Utc>, NoticeId)> = paging.after()?;
    let rows = store::inbox(&app.db, person, unread_only, after, limit).await?;
    let unread = store::unread(&app.db, person).await?;
    Ok((
        Page::from_rows(rows, limit, |row| (row.created_at, row.id)),
        unread,
    ))
}

/// Returns the number of unread lines, counted up to `most`.
pub async fn unread_up_to(app: &App, person: PersonId, most: u64) -> Result<u64> {
    Ok(store::unread_up_to(&app.db, person, most).await?)
}

/// Marks one line as read. Idempotent. Another person's line is 404.
pub async fn read(app: &App, person: PersonId, id: NoticeId) -> Result<notice::Model> {
    store::mark_read(&app.db, person, Some(id), app.clock.now()).await?;
    let row = store::own_notice(&app.db, person, id).await?;
    row.ok_or_else(Error::not_found)
}

/// Marks all lines as read. Returns their number.
pub async fn read_all(app: &App, person: PersonId) -> Result<u64> {
    Ok(store::mark_read(&app.db, person, None, app.clock.now()).await?)
}
