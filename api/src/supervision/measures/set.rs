//! Adding a line to the ledger.

use crate::city::snapshot::CityHandle;
use crate::moments::ensure_not_after;
use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, MeasureId};
use entity::kinds::{CampaignAction, MeasureStatus};
use entity::measure;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::Result;
use crate::http::fields::{self, invalid};
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages;
use crate::supervision::campaigns::{access, service};
use crate::supervision::measures::rules::{MAX_MEASURES, Refused};
use crate::supervision::measures::{reminder, store};

const TEXT_CHARS: std::ops::RangeInclusive<usize> = 2..=2_000;

/// A measure in the making.
pub struct NewMeasure {
    pub text: String,
    /// By name, alias, code or id.
    pub unit: String,
    pub due_at: DateTime<Utc>,
}

pub async fn set(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    new: NewMeasure,
    now: DateTime<Utc>,
) -> Result<measure::Model> {
    access::visible(app, caller, id).await?;
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    let campaign = access::lock_open(&txn, caller, id).await?;
    let text = fields::text("text", &new.text, TEXT_CHARS)?;
    let unit = city.units.resolve(&new.unit).map(|unit| unit.id);
    let unit = unit.ok_or_else(|| invalid("unit", "unknown_unit", "没有这个单位。"))?;
    if new.due_at <= now {
        return Err(Refused::DueInThePast.into());
    }
    ensure_not_after("due_at", new.due_at, city.campaigns.latest_due(now))?;
    let seq = store::last_seq(&txn, id).await? + 1;
    if seq > MAX_MEASURES {
        return Err(stages::Refused::TooManyEntries.into());
    }
    let row = measure::Model {
        id: MeasureId::generate(),
        campaign_id: id,
        seq,
        text,
        unit_id: unit,
        due_at: new.due_at,
        status: MeasureStatus::Open,
        done_text: None,
        done_photo_ids: json!([]),
        done_file_ids: json!([]),
        done_by: None,
        done_at: None,
        verify_note: None,
        verified_by: None,
        verified_at: None,
        returns: 0,
        created_by: caller.person,
        created_at: now,
        reminded_at: None,
        overdue_told_at: None,
        version: 1,
    };
    store::insert(&txn, row.clone()).await?;
    reminder::schedule(app, &txn, &row, now).await?;
    let entry = Entry::new(&campaign, CampaignAction::MeasureSet, Some(caller.person));
    diary::record(&txn, entry.note(&row.text).reference(seq.to_string()), now).await?;
    let event = service::event(EventKind::MeasureSet, &campaign)
        .by(caller.person)
        .unit(unit)
        .due(row.due_at)
        .reference(seq.to_string())
        .about(Subject::Measure(row.id))
        .note(row.text.as_str());
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(row)
}
