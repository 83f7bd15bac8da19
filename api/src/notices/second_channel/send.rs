//! Sends a notice that was not read on its second channel.
//!
//! The attempt is committed before the call to the provider, and no transaction is open during it. After a crash the
//! attempt is `unknown` and never repeated.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::SecondDeliveryId;
use entity::kinds::{SecondChannel, SecondDeliveryStatus};
use entity::{notice, person, second_delivery};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use super::rules::Rule;
use super::store::{self, Settled};
use crate::app::App;
use crate::channels::{ChannelError, Channels, OutgoingMessage, Receipt};
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Job, Lane};
use crate::notices::MessageCatalog;
use crate::notices::audience::EventKind;
use crate::notices::subject::NoticeData;
use crate::notices::text_pattern::PlaceholderValues;
use crate::official::followers;
use crate::sealing::{OpenId, Sealer};
use crate::stored_json::StoredJson as _;
use crate::wechat::WeChat;
use crate::wechat::calls::link::{LinkRequest, MAX_DAYS};

/// Maximum number of attempts if the provider cannot accept the message.
const MAX_ATTEMPTS: i32 = 5;
const RETRY: TimeDelta = TimeDelta::minutes(15);
/// Minimum delay. The push of the mini-program has arrived or failed by then; if it arrived, no second message is
/// needed.
const PUSH_GRACE: TimeDelta = TimeDelta::minutes(2);

/// Sends a notice on its second channel, unless it was read.
pub struct SendOnSecondChannel;

impl Job for SendOnSecondChannel {
    const NAME: &'static str = "send_second_channel";
    const LANE: Lane = Lane::Checks;
    type Input = SecondDeliveryId;

    async fn run(app: &App, id: SecondDeliveryId) -> Result<()> {
        send(app, id).await
    }
}

/// Returns the row of a notice that may need its second channel, and the job that examines it later.
pub(in crate::notices) fn planned(
    notice: entity::ids::NoticeId,
    person: entity::ids::PersonId,
    kind: EventKind,
    rule: Rule,
    now: DateTime<Utc>,
) -> Result<(second_delivery::ActiveModel, NewJob)> {
    let id = SecondDeliveryId::generate();
    let due = now + rule.after.max(PUSH_GRACE);
    let row = second_delivery::ActiveModel {
        id: Set(id),
        notice_id: Set(notice),
        person_id: Set(person),
        event: Set(kind.as_str().to_owned()),
        channel: Set(rule.channel),
        status: Set(SecondDeliveryStatus::Waiting),
        attempts: Set(0),
        code: Set(None),
        message_id: Set(None),
        created_at: Set(now),
        due_at: Set(due),
        settled_at: Set(None),
    };
    Ok((row, NewJob::of::<SendOnSecondChannel>(&id, due)?))
}

/// Sends the message unless the notice was read or its push arrived. Idempotent. In quiet hours it waits until they
/// end, like pushes.
pub async fn send(app: &App, id: SecondDeliveryId) -> Result<()> {
    let now = app.clock.now();
    let waiting = store::find(&app.db, id).await?;
    let Some(row) = waiting.filter(|row| row.status == SecondDeliveryStatus::Waiting) else {
        return Ok(());
    };
    let words = app.state::<MessageCatalog>();
    if let Some(until) = words
        .quiet_until(now)
        .filter(|_| !words.breaks_quiet_hours(&row.event))
    {
        return wait_until(app, &row, until, now).await;
    }
    let reachable = store::notice_of(&app.db, row.notice_id).await?;
    let unread = reachable.filter(|(notice, _)| notice.read_at.is_none());
    let channel = app.state::<Channels>().get(row.channel);
    let needed = unread.is_some() && !store::was_pushed(&app.db, row.notice_id).await?;
    let (Some((notice, person)), Some(channel), true) = (unread, channel, needed) else {
        return end(app, id, ended(&row, SecondDeliveryStatus::NotNeeded, None), now).await;
    };
    let message = match compose(app, &row, &notice, &person).await? {
        Ok(message) => message,
        Err(error) => {
            let attempt = Attempt {
                row: &row,
                follower: None,
                outcome: Err(error),
            };
            return record(app, attempt, now).await;
        }
    };
    let txn = db::write(&app.db).await?;
    let begun = store::begin(&txn, id).await?;
    txn.commit().await?;
    if !begun {
        return Ok(());
    }
    let attempt = Attempt {
        row: &row,
        outcome: channel.send(&message).await,
        follower: message.follower.as_ref(),
    };
    record(app, attempt, now).await
}

async fn wait_until(
    app: &App,
    row: &second_delivery::Model,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db::write(&app.db).await?;
    enqueue(&txn, NewJob::of::<SendOnSecondChannel>(&row.id, until)?, now).await?;
    txn.commit().await?;
    Ok(())
}

fn ended(row: &second_delivery::Model, status: SecondDeliveryStatus, code: Option<String>) -> Settled {
    let attempted = status != SecondDeliveryStatus::NotNeeded;
    Settled {
        attempts: row.attempts + i32::from(attempted),
        status,
        code,
        message_id: None,
    }
}

async fn end(app: &App, id: SecondDeliveryId, settled: Settled, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    store::settle(&txn, id, settled, now).await?;
    txn.commit().await?;
    Ok(())
}

/// Returns the message, or the reason why it cannot be composed now.
async fn compose(
    app: &App,
    row: &second_delivery::Model,
    notice: &notice::Model,
    person: &person::Model,
) -> Result<std::result::Result<OutgoingMessage, ChannelError>> {
    let words = app.state::<MessageCatalog>();
    let text = words.second_channel.text(row.channel);
    let phone = app.state::<Sealer>().open_text(&person.phone_sealed);
    let data = NoticeData::from_stored(&notice.data)?;
    let page = data.page(notice.order_id).unwrap_or_default();
    let needs_link =
        row.channel == SecondChannel::Wecom || text.is_some_and(super::rules::MessageText::needs_link);
    let link = if needs_link && !page.is_empty() {
        link_to(app, &page).await
    } else {
        Ok(String::new())
    };
    let link = match link {
        Ok(link) => link,
        Err(error) => return Ok(Err(error)),
    };
    let follower = match row.channel {
        SecondChannel::Official => followers::openid_of(app, person).await?,
        SecondChannel::Sms | SecondChannel::Wecom => None,
    };
    let facts = facts_of(words, notice, data.number);
    Ok(Ok(OutgoingMessage {
        phone: phone.map_err(anyhow::Error::from)?,
        template: text.map(|text| text.template.clone()).unwrap_or_default(),
        parameters: text.map(|text| text.values(&facts, &link)).unwrap_or_default(),
        follower,
        page,
        title: notice.title.clone(),
        text: notice.body.clone(),
        link,
        reference: row.id.to_string(),
    }))
}

/// Collects the facts that a stored notice still has.
fn facts_of(words: &MessageCatalog, notice: &notice::Model, number: Option<String>) -> PlaceholderValues {
    let mut facts = PlaceholderValues::new();
    if let Some(kind) = EventKind::ALL.iter().find(|kind| kind.as_str() == notice.event) {
        words.add_wording_values(*kind, &mut facts);
    }
    if let Some(number) = number {
        facts.insert("number", number);
    }
    facts.insert("title", notice.title.clone());
    facts.insert("time", words.date(notice.created_at));
    facts
}

/// Returns a link that opens the page in the mini-program.
async fn link_to(app: &App, page: &str) -> std::result::Result<String, ChannelError> {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let request = LinkRequest {
        path,
        query,
        days: MAX_DAYS,
    };
    let link = app.state::<WeChat>().url_link(request).await;
    link.map_err(|error| ChannelError::Later(format!("url link {}", error.errcode().unwrap_or_default())))
}

/// One attempt to send.
struct Attempt<'a> {
    row: &'a second_delivery::Model,
    /// The addressee at the official account.
    follower: Option<&'a OpenId>,
    outcome: std::result::Result<Receipt, ChannelError>,
}

async fn record(app: &App, attempt: Attempt<'_>, now: DateTime<Utc>) -> Result<()> {
    let Attempt {
        row,
        follower,
        outcome,
    } = attempt;
    let txn = db::write(&app.db).await?;
    match outcome {
        Ok(Receipt { message_id }) => {
            let settled = Settled {
                message_id,
                ..ended(row, SecondDeliveryStatus::Sent, None)
            };
            store::settle(&txn, row.id, settled, now).await?;
        }
        Err(ChannelError::Refused(code)) => {
            let settled = ended(row, SecondDeliveryStatus::Failed, Some(code));
            store::settle(&txn, row.id, settled, now).await?;
        }
        Err(ChannelError::NotFollowing(code)) => {
            if let Some(follower) = follower {
                followers::lost(app, &txn, follower, now).await?;
            }
            let settled = ended(row, SecondDeliveryStatus::NotFollowing, Some(code));
            store::settle(&txn, row.id, settled, now).await?;
        }
        Err(ChannelError::Unknown) => {
            store::settle(&txn, row.id, ended(row, SecondDeliveryStatus::Unknown, None), now).await?;
        }
        Err(ChannelError::Later(code)) => postpone(&txn, row, code, now).await?,
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// Tries again later, at most five times.
async fn postpone(
    txn: &impl ConnectionTrait,
    row: &second_delivery::Model,
    code: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let last = row.attempts + 1 >= MAX_ATTEMPTS;
    let status = if last {
        SecondDeliveryStatus::Failed
    } else {
        SecondDeliveryStatus::Waiting
    };
    store::settle(txn, row.id, ended(row, status, Some(code)), now).await?;
    if !last {
        let again = now + RETRY * (row.attempts + 1);
        enqueue(txn, NewJob::of::<SendOnSecondChannel>(&row.id, again)?, now).await?;
    }
    Ok(())
}
