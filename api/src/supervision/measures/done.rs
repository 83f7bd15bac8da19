//! The responsible unit reports a measure as done.

use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::{FileId, MeasureId, PhotoId};
use entity::kinds::{CampaignAction, MeasureStatus, Role};
use entity::measure;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::files::attach;
use crate::http::fields;
use crate::notices::{self, EventKind, Subject};
use crate::photos::evidence;
use crate::supervision::campaigns::access::sees;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service;
use crate::supervision::measures::rules::{Refused, check_done};
use crate::supervision::measures::store;

const TEXT_CHARS: std::ops::RangeInclusive<usize> = 2..=5_000;

/// The unit's report with evidence.
pub struct Report {
    pub text: String,
    pub photos: Vec<PhotoId>,
    pub files: Vec<FileId>,
}

pub async fn report(
    app: &App,
    caller: &Caller,
    id: MeasureId,
    report: Report,
    now: DateTime<Utc>,
) -> Result<measure::Model> {
    let (measure, campaign) = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if !(caller.role == Role::Handler && caller.unit == Some(measure.unit_id)) {
        return Err(if sees(caller, &campaign) {
            Error::forbidden("由责任单位报告。")
        } else {
            Error::not_found()
        });
    }
    let text = fields::text("text", &report.text, TEXT_CHARS)?;
    let txn = db::write(&app.db).await?;
    let seen = store::lock(&txn, id).await?.ok_or_else(Error::not_found)?;
    check_done(seen.status)?;
    evidence::keep(&txn, caller.person, &report.photos).await?;
    let unit = Some(seen.unit_id);
    attach::to_campaign(&txn, caller.person, &report.files, campaign.id, unit).await?;
    let change = measure::ActiveModel {
        status: Set(MeasureStatus::Done),
        done_text: Set(Some(text.clone())),
        done_photo_ids: Set(json!(report.photos)),
        done_file_ids: Set(json!(report.files)),
        done_by: Set(Some(caller.person)),
        done_at: Set(Some(now)),
        ..Default::default()
    };
    if !store::update(&txn, &seen, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let seq = seen.seq.to_string();
    let entry = Entry::new(&campaign, CampaignAction::MeasureDone, Some(caller.person));
    diary::record(&txn, entry.note(&text).reference(seq.as_str()), now).await?;
    let event = service::event(EventKind::MeasureDone, &campaign)
        .by(caller.person)
        .unit(seen.unit_id)
        .reference(seq)
        .about(Subject::Measure(seen.id))
        .note(text.chars().take(200).collect::<String>());
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    let found = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(found.0)
}
