//! The government's written reply.

use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::FileId;
use entity::kinds::{CampaignAction, OpinionStatus};
use entity::opinion;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::files::attach;
use crate::http::fields;
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service;
use crate::supervision::opinions::rules::{Refused, check_reply};
use crate::supervision::opinions::{access, store};

const TEXT_CHARS: std::ops::RangeInclusive<usize> = 2..=15_000;

/// The addressee's reply and the files that belong to it.
pub struct NewOpinionReply<'a> {
    pub text: &'a str,
    pub files: Vec<FileId>,
}

/// Records the addressee's reply; a returned one is replaced, and stays in the diary.
pub async fn reply(
    app: &App,
    caller: &Caller,
    number: &str,
    new: NewOpinionReply<'_>,
    now: DateTime<Utc>,
) -> Result<opinion::Model> {
    let NewOpinionReply { text, files } = new;
    let (opinion, campaign) = access::visible(app, caller, number).await?;
    if !access::is_addressee(caller, &opinion) {
        return Err(Error::forbidden("由主送单位答复。"));
    }
    let text = fields::text("text", text, TEXT_CHARS)?;
    let txn = db::write(&app.db).await?;
    let seen = store::lock(&txn, opinion.id)
        .await?
        .ok_or_else(Error::not_found)?;
    check_reply(seen.status)?;
    attach::to_campaign(&txn, caller.person, &files, campaign.id, Some(seen.unit_id)).await?;
    let change = opinion::ActiveModel {
        status: Set(OpinionStatus::Replied),
        reply: Set(Some(text.clone())),
        reply_file_ids: Set(json!(files)),
        replied_by: Set(Some(caller.person)),
        replied_at: Set(Some(now)),
        ..Default::default()
    };
    if !store::update(&txn, &seen, change).await? {
        return Err(Refused::ChangedMeanwhile.into());
    }
    let entry = Entry::new(&campaign, CampaignAction::OpinionReplied, Some(caller.person));
    diary::record(&txn, entry.note(&text).reference(number), now).await?;
    let event = service::event(EventKind::OpinionReplied, &campaign)
        .by(caller.person)
        .unit(seen.unit_id)
        .title(seen.title.as_str())
        .reference(seen.document_number.as_str())
        .about(Subject::Opinion(seen.number.clone()))
        .note(text.chars().take(200).collect::<String>());
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(access::visible(app, caller, number).await?.0)
}
