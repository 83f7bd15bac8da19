//! Issuing a document to a government.

use crate::city::snapshot::CityHandle;
use crate::moments::ensure_not_after;
use crate::notices::MessageCatalog;
use chrono::{DateTime, Datelike as _, Utc};
use entity::ids::{CampaignId, FileId, OpinionId};
use entity::kinds::{CampaignAction, OpinionKind, OpinionStatus};
use entity::{campaign, opinion};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::files::attach;
use crate::http::fields::{self, invalid};
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::stages;
use crate::supervision::campaigns::{access, service};
use crate::supervision::opinions::rules::{self, MAX_OPINIONS, Refused};
use crate::supervision::opinions::{reminder, store};

const TITLE_CHARS: std::ops::RangeInclusive<usize> = 2..=150;
const TEXT_CHARS: std::ops::RangeInclusive<usize> = 2..=15_000;

/// A document in the making.
pub struct NewOpinion {
    pub kind: OpinionKind,
    /// 主送, by name, alias, code or id.
    pub to_unit: String,
    pub title: String,
    pub text: String,
    pub due_at: Option<DateTime<Utc>>,
    pub files: Vec<FileId>,
}

/// Issues a document, numbered by the organ whose supervisor signs it.
pub async fn issue(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    new: NewOpinion,
    now: DateTime<Utc>,
) -> Result<opinion::Model> {
    access::visible(app, caller, id).await?;
    let city = app.state::<CityHandle>().load();
    let unit = city.units.resolve(&new.to_unit).map(|unit| unit.id);
    let title = fields::text("title", &new.title, TITLE_CHARS)?;
    let text = fields::text("text", &new.text, TEXT_CHARS)?;
    if new.due_at.is_some_and(|due| due <= now) {
        return Err(Refused::DueInThePast.into());
    }
    ensure_not_after(
        "due_at",
        new.due_at.unwrap_or(now),
        city.campaigns.latest_due(now),
    )?;
    let txn = db::write(&app.db).await?;
    let campaign = access::lock_open(&txn, caller, id).await?;
    let unit = unit.ok_or_else(|| invalid("to_unit", "unknown_unit", "没有这个单位。"))?;
    if store::count(&txn, id).await? >= MAX_OPINIONS {
        return Err(stages::Refused::TooManyEntries.into());
    }
    attach::to_campaign(&txn, caller.person, &new.files, id, Some(unit)).await?;
    let county = caller
        .area
        .as_deref()
        .filter(|_| access::area_restriction(caller).is_ok_and(|a| a.is_some()));
    let organ = city.organ(county);
    let code = county.unwrap_or(&city.meta.code);
    let year = local_date(now, city.zone()).year();
    let next = store::next_number(&txn, code, year).await?;
    let row = opinion::Model {
        id: OpinionId::generate(),
        number: rules::number(code, year, next),
        document_number: rules::document_number(&organ.document_prefix, year, next),
        campaign_id: id,
        kind: new.kind,
        status: OpinionStatus::Issued,
        unit_id: unit,
        title,
        text,
        file_ids: json!(new.files),
        due_at: new.due_at,
        issuer: organ.organ,
        issued_by: caller.person,
        issued_at: now,
        reply: None,
        reply_file_ids: json!([]),
        replied_by: None,
        replied_at: None,
        decision_note: None,
        decided_by: None,
        decided_at: None,
        returns: 0,
        reminded_at: None,
        overdue_told_at: None,
        version: 1,
    };
    store::insert(&txn, row.clone()).await?;
    reminder::schedule(app, &txn, &row, now).await?;
    record(app, &txn, &campaign, &row, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(row)
}

async fn record(
    app: &App,
    txn: &impl ConnectionTrait,
    campaign: &campaign::Model,
    row: &opinion::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let entry = Entry::new(campaign, CampaignAction::OpinionIssued, Some(row.issued_by));
    diary::record(txn, entry.note(&row.title).reference(row.number.as_str()), now).await?;
    let event = service::event(EventKind::OpinionIssued, campaign)
        .by(row.issued_by)
        .unit(row.unit_id)
        .title(row.title.as_str())
        .reference(row.document_number.as_str())
        .about(Subject::Opinion(row.number.clone()));
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}
