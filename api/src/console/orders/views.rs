//! Saved views: a person's own lists, by name.

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::saved_view;

use super::store;
use crate::app::App;
use crate::console::url_query::UrlQuery;
use crate::db;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::orders::submit::draft::require_text;

const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=20;
/// The maximum number of saved views per person; more are hard to find one's way in.
const MAX_VIEWS: u64 = 20;

pub async fn own(app: &App, person: PersonId) -> Result<Vec<saved_view::Model>> {
    Ok(store::of_person(&app.db, person).await?)
}

/// Keeps a list under a name; one of the same name is replaced.
pub async fn save(
    app: &App,
    person: PersonId,
    name: &str,
    wanted: &UrlQuery,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = require_text("name", name, NAME_CHARS)?;
    if wanted.is_empty() {
        let detail = "请先选择筛选条件，再保存。";
        return Err(Error::invalid(vec![FieldError::new(
            "name",
            "nothing_chosen",
            detail,
        )]));
    }
    let txn = db::write(&app.db).await?;
    if store::count(&txn, person).await? >= MAX_VIEWS {
        let detail = format!("最多保存 {MAX_VIEWS} 个视图，请先删除不用的。");
        return Err(Error::refused(ErrorKind::Rule, "too_many_views", detail));
    }
    let row = saved_view::Model {
        person_id: person,
        name,
        query: wanted.query(),
        created_at: now,
    };
    store::save(&txn, row).await?;
    Ok(txn.commit().await?)
}

pub async fn remove(app: &App, person: PersonId, name: &str) -> Result<()> {
    Ok(store::remove(&app.db, person, name).await?)
}
