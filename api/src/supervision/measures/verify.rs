//! 销号: the committee verifies what was reported, or sends it back.

use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::MeasureId;
use entity::kinds::{CampaignAction, MeasureStatus, Role};
use entity::measure;
use sea_orm::ActiveValue::Set;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields;
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::access::sees;
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service;
use crate::supervision::measures::rules::{Refused, check_verify};
use crate::supervision::measures::store;

const NOTE_CHARS: std::ops::RangeInclusive<usize> = 1..=2_000;

/// The committee's verification of a measure.
#[derive(Clone, Copy)]
pub struct Verification<'a> {
    pub passed: bool,
    pub note: &'a str,
}

pub async fn verify(
    app: &App,
    caller: &Caller,
    id: MeasureId,
    verification: Verification<'_>,
    now: DateTime<Utc>,
) -> Result<measure::Model> {
    let Verification { passed, note } = verification;
    let (measure, campaign) = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if !sees(caller, &campaign) {
        return Err(Error::not_found());
    }
    caller.require(Role::Supervisor)?;
    let note = fields::text("note", note, NOTE_CHARS)?;
    let txn = db::write(&app.db).await?;
    let seen = store::lock(&txn, measure.id)
        .await?
        .ok_or_else(Error::not_found)?;
    check_verify(seen.status)?;
    let change = if passed {
        measure::ActiveModel {
            status: Set(MeasureStatus::Verified),
            verify_note: Set(Some(note.clone())),
            verified_by: Set(Some(caller.person)),
            verified_at: Set(Some(now)),
            ..Default::default()
        }
    } else {
        measure::ActiveModel {
            status: Set(MeasureStatus::Open),
            verify_note: Set(Some(note.clone())),
            returns: Set(seen.returns + 1),
            ..Default::default()
        }
    };
    if !store::update(&txn, &seen, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let action = if passed {
        CampaignAction::MeasureVerified
    } else {
        CampaignAction::MeasureReturned
    };
    let seq = seen.seq.to_string();
    let entry = Entry::new(&campaign, action, Some(caller.person));
    diary::record(&txn, entry.note(&note).reference(seq.as_str()), now).await?;
    if !passed {
        let event = service::event(EventKind::MeasureReturned, &campaign)
            .by(caller.person)
            .unit(seen.unit_id)
            .reference(seq)
            .about(Subject::Measure(seen.id))
            .note(note);
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    let found = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(found.0)
}
