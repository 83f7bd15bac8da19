//! Changing what an open campaign is about.

use crate::city::snapshot::CityHandle;
use chrono::{DateTime, Utc};
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::CampaignAction;
use sea_orm::ActiveValue::Set;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::Result;
use crate::http::fields;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service::{MAX_KIND_CHARS, TEXT_CHARS, TITLE_CHARS};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::{access, store};

/// Fields to change; `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct Change {
    pub title: Option<String>,
    pub purpose: Option<String>,
    pub kind: Option<String>,
    pub committee: Option<String>,
    pub findings: Option<String>,
}

pub async fn change(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    change: Change,
    now: DateTime<Utc>,
) -> Result<campaign::Model> {
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    let seen = access::lock_open(&txn, caller, id).await?;
    let mut row = campaign::ActiveModel::default();
    let mut changed = Vec::new();
    if let Some(title) = change.title {
        row.title = Set(fields::text("title", &title, TITLE_CHARS)?);
        changed.push("名称");
    }
    if let Some(purpose) = change.purpose {
        row.purpose = Set(fields::text("purpose", &purpose, TEXT_CHARS)?);
        changed.push("目的");
    }
    if let Some(kind) = change.kind {
        row.kind = Set(fields::optional_text("kind", Some(kind), MAX_KIND_CHARS)?);
        changed.push("类别");
    }
    if let Some(committee) = change.committee {
        row.committee = Set(Some(city.committees.resolve(&committee)?));
        changed.push("委员会");
    }
    if let Some(findings) = change.findings {
        row.findings = Set(Some(fields::text("findings", &findings, TEXT_CHARS)?));
        changed.push("发现的问题");
    }
    if !changed.is_empty() {
        if !store::update(&txn, &seen, row).await? {
            return Err(Refused::ChangedMeanwhile.into());
        }
        let note = changed.join("、");
        let entry = Entry::new(&seen, CampaignAction::Changed, Some(caller.person));
        diary::record(&txn, entry.note(&note), now).await?;
        txn.commit().await?;
    }
    access::visible(app, caller, id).await
}
