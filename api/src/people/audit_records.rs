//! The audit log as an administrator reads it: with the names of the people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::admin_act;
use entity::ids::PersonId;
use entity::kinds::{ActKind, Role};
use serde_json::Value;

use crate::app::App;
use crate::audit_log;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::people::profile;

/// An act as it is shown.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// None: at the command line.
    pub who: Option<String>,
    pub kind: ActKind,
    pub subject: String,
    pub detail: Value,
}

/// The acts, the newest first.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<AuditRecord>> {
    caller.require(Role::Admin)?;
    let limit = paging.limit()?;
    let rows = audit_log::service::page(&app.db, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| row.seq);
    let people = page.items.iter().flat_map(|row| [row.person_id, acted_on(row)]);
    let names = profile::names(app, people.flatten()).await?;
    Ok(page.map(|row| to_view(row, &names)))
}

/// The person that an act is about.
fn acted_on(row: &admin_act::Model) -> Option<PersonId> {
    row.detail.get("person")?.as_str()?.parse().ok()
}

fn to_view(row: admin_act::Model, names: &HashMap<PersonId, String>) -> AuditRecord {
    let person = acted_on(&row).and_then(|person| names.get(&person));
    AuditRecord {
        seq: row.seq,
        at: row.at,
        who: row
            .person_id
            .map(|person| names.get(&person).cloned().unwrap_or_default()),
        kind: row.kind,
        subject: person.cloned().unwrap_or(row.subject),
        detail: row.detail,
    }
}
