//! The committee accepts the reply, or returns it.

use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::kinds::{CampaignAction, OpinionStatus, Role};
use entity::opinion;
use sea_orm::ActiveValue::Set;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields;
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service;
use crate::supervision::opinions::rules::{Refused, check_decision};
use crate::supervision::opinions::{access, store};

const NOTE_CHARS: std::ops::RangeInclusive<usize> = 1..=2_000;

/// The committee's decision on a reply.
#[derive(Clone, Copy)]
pub struct ReplyDecision<'a> {
    pub accepted: bool,
    pub note: &'a str,
}

/// Decides on the reply.
pub async fn decide(
    app: &App,
    caller: &Caller,
    number: &str,
    decision: ReplyDecision<'_>,
    now: DateTime<Utc>,
) -> Result<opinion::Model> {
    let ReplyDecision { accepted, note } = decision;
    let (opinion, campaign) = access::visible(app, caller, number).await?;
    caller.require(Role::Supervisor)?;
    let note = fields::text("note", note, NOTE_CHARS)?;
    let txn = db::write(&app.db).await?;
    let seen = store::lock(&txn, opinion.id)
        .await?
        .ok_or_else(Error::not_found)?;
    check_decision(seen.status)?;
    let (status, action, kind) = if accepted {
        let kind = EventKind::OpinionAccepted;
        (OpinionStatus::Accepted, CampaignAction::OpinionAccepted, kind)
    } else {
        let kind = EventKind::OpinionReturned;
        (OpinionStatus::Returned, CampaignAction::OpinionReturned, kind)
    };
    let change = opinion::ActiveModel {
        status: Set(status),
        decision_note: Set(Some(note.clone())),
        decided_by: Set(Some(caller.person)),
        decided_at: Set(Some(now)),
        returns: Set(seen.returns + i32::from(!accepted)),
        ..Default::default()
    };
    if !store::update(&txn, &seen, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let entry = Entry::new(&campaign, action, Some(caller.person));
    diary::record(&txn, entry.note(&note).reference(number), now).await?;
    let event = service::event(kind, &campaign)
        .by(caller.person)
        .unit(seen.unit_id)
        .title(seen.title.as_str())
        .reference(seen.document_number.as_str())
        .about(Subject::Opinion(seen.number.clone()))
        .note(note);
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(access::visible(app, caller, number).await?.0)
}
