//! Revisions and recipients of a report that the caller may see.

use entity::ids::ReportId;
use entity::kinds::RecipientKind;
use entity::{insight_report_recipient, insight_report_revision};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, Result};
use crate::http::time::local;
use crate::insight::reports::body::Body;
use crate::insight::reports::store;
use crate::insight::reports::view::{RecipientView, RevisionView};
use crate::people::profile;
use crate::stored_json::StoredJson as _;

/// The revisions of a report's text, the first first.
pub async fn revisions(app: &App, id: ReportId) -> Result<Vec<RevisionView>> {
    let zone = app.state::<CityHandle>().load().zone();
    let rows = store::drafts::revisions(&app.db, id).await?;
    let names = profile::names(app, rows.iter().filter_map(|row| row.edited_by)).await?;
    let view = |row: insight_report_revision::Model| RevisionView {
        revision: row.revision,
        title: row.title,
        edited_by: row.edited_by.and_then(|by| names.get(&by).cloned()),
        edited_at: local(row.edited_at, zone),
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The body of one revision.
pub async fn revision(app: &App, id: ReportId, revision: i32) -> Result<Body> {
    let row = store::drafts::revision(&app.db, id, revision).await?;
    let row = row.ok_or_else(Error::not_found)?;
    Ok(Body::from_stored(&row.body)?)
}

/// To whom a report was sent.
pub async fn recipients(app: &App, id: ReportId) -> Result<Vec<RecipientView>> {
    let city = app.state::<CityHandle>().load();
    let rows = store::drafts::recipients(&app.db, id).await?;
    let view = |row: insight_report_recipient::Model| RecipientView {
        kind: row.kind,
        name: match row.kind {
            RecipientKind::County => city.organ(Some(&row.name)).short,
            RecipientKind::Committee => row.name,
        },
        sent_at: local(row.sent_at, city.zone()),
    };
    Ok(rows.into_iter().map(view).collect())
}
