//! The push of a notice through WeChat. Claim, call, record: the attempt is committed before WeChat is
//! called and no transaction is open meanwhile, so after a crash an attempt that was under way is `unknown`
//! and never made again. What WeChat acknowledged is never repeated; what it refused before carrying it out
//! is tried again later where that helps.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use chrono::{DateTime, TimeDelta, Utc};
use entity::delivery;
use entity::ids::{DeliveryId, PersonId};
use entity::kinds::DeliveryStatus;
use sea_orm::{ConnectionTrait, EntityTrait};
use tokio::sync::Mutex;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{self, Job};
use crate::notices::audience::TemplateKey;
use crate::notices::outcome::{Outcome, judge};
use crate::notices::{ledger, store};
use crate::wechat::calls::message::SubscribeMessage;

/// The job that makes one push; its subject is the delivery's id.
pub const DELIVER: &str = "deliver_notice";
/// Longer than WeChat's slowest answer: an attempt that old was lost with its process.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// WeChat refuses two messages to one person at the same time (43108).
const OTHER_IN_FLIGHT: TimeDelta = TimeDelta::seconds(2);
/// A push that could not be made for so long has lost its point; the inbox has the notice.
const MAX_AGE: TimeDelta = TimeDelta::days(3);

/// People take turns inside this process; across processes the lease and 43108 do the same.
static TURNS: [Mutex<()>; 64] = [const { Mutex::const_new(()) }; 64];

/// An attempt that is ours to make.
struct Attempt {
    row: delivery::Model,
    key: TemplateKey,
    openid: String,
    at: DateTime<Utc>,
}

/// Makes one push, at most once.
pub async fn deliver(app: &App, subject: &str) -> Result<()> {
    let id: DeliveryId = subject.parse().map_err(anyhow::Error::from)?;
    let Some(row) = delivery::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(());
    };
    let _turn = match TURNS.get(shard(row.person_id)) {
        Some(turn) => Some(turn.lock().await),
        None => None,
    };
    let Some(attempt) = claim(app, row, app.clock.now()).await? else {
        return Ok(());
    };
    let outcome = send(app, &attempt).await;
    record(app, &attempt, outcome, app.clock.now()).await
}

fn shard(person: PersonId) -> usize {
    let mut hasher = DefaultHasher::new();
    person.hash(&mut hasher);
    usize::try_from(hasher.finish() % 64).unwrap_or(0)
}

/// Takes the delivery if it is still to be made and nobody is at it.
async fn claim(app: &App, row: delivery::Model, now: DateTime<Utc>) -> Result<Option<Attempt>> {
    if row.status != DeliveryStatus::Waiting {
        return Ok(None);
    }
    let txn = db::write(&app.db).await?;
    let attempt = claim_in(app, &txn, row, now).await?;
    txn.commit().await?;
    Ok(attempt)
}

/// `row` may have been read a while ago: whatever is written is guarded by its status and its count of attempts. Only
/// what becomes of somebody else's attempt needs the row as it is.
async fn claim_in(
    app: &App,
    txn: &impl ConnectionTrait,
    row: delivery::Model,
    now: DateTime<Utc>,
) -> Result<Option<Attempt>> {
    let id = row.id;
    let row = match row.leased_until {
        None => Some(row),
        Some(_) => delivery::Entity::find_by_id(id).one(txn).await?,
    };
    let Some(row) = row.filter(|row| row.status == DeliveryStatus::Waiting) else {
        return Ok(None);
    };
    match row.leased_until {
        // Somebody is calling WeChat with it now; if he dies, it is settled then.
        Some(until) if until > now => {
            run_again(txn, id, until, now).await?;
            return Ok(None);
        }
        Some(_) => {
            store::settle(txn, &row, DeliveryStatus::Unknown, None, None, now).await?;
            return Ok(None);
        }
        None => {}
    }
    if row.next_at.is_some_and(|at| at > now) {
        return Ok(None);
    }
    if store::in_flight_to(txn, row.person_id, now).await? {
        run_again(txn, id, now + OTHER_IN_FLIGHT, now).await?;
        return Ok(None);
    }
    let key = TemplateKey::named(&row.template_key);
    let openid = store::openid(txn, row.person_id).await?;
    let (Some(key), Some(sealed)) = (key, openid) else {
        store::settle(txn, &row, DeliveryStatus::Superseded, None, None, now).await?;
        return Ok(None);
    };
    if row.created_at + MAX_AGE < now {
        store::settle(txn, &row, DeliveryStatus::Failed, row.errcode, None, now).await?;
        return Ok(None);
    }
    if app.wording.consents_told
        && !store::known_unsubscribed(txn, &[(row.person_id, key)], now)
            .await?
            .is_empty()
    {
        store::settle(txn, &row, DeliveryStatus::NotSubscribed, None, None, now).await?;
        return Ok(None);
    }
    let openid = app.sealer.open_text(&sealed).map_err(anyhow::Error::from)?;
    if !store::lease(txn, &row, now + LEASE).await? {
        return Ok(None);
    }
    Ok(Some(Attempt {
        row,
        key,
        openid,
        at: now,
    }))
}

async fn run_again(
    txn: &impl ConnectionTrait,
    id: DeliveryId,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let job = Job {
        kind: DELIVER,
        subject: id.to_string(),
        dedup_key: None,
        run_at,
    };
    queue::enqueue(txn, job, now).await
}

async fn send(app: &App, attempt: &Attempt) -> Outcome {
    let Some(template) = app.wording.template(attempt.key) else {
        return Outcome::Failed { errcode: None };
    };
    let fields = attempt.row.data.get("fields").cloned().unwrap_or_default();
    let Ok(data) = serde_json::from_value(fields) else {
        return Outcome::Failed { errcode: None };
    };
    let message = SubscribeMessage {
        openid: &attempt.openid,
        template_id: &template.id,
        page: Some(&attempt.row.page),
        data: &data,
    };
    let sent = app.wechat.send_message(message).await;
    let outcome = judge(
        &sent,
        attempt.row.attempts + 1,
        app.clock.now(),
        app.wording.zone(),
    );
    match (&outcome, &sent) {
        (Outcome::Failed { .. }, Err(error)) => {
            tracing::error!(delivery = %attempt.row.id, template = attempt.key.as_str(), error = %error, "push failed");
        }
        (Outcome::NotSubscribed, _) => {
            tracing::debug!(delivery = %attempt.row.id, template = attempt.key.as_str(), "not subscribed");
        }
        (_, Err(error)) => {
            tracing::info!(delivery = %attempt.row.id, error = %error, outcome = ?outcome, "push not made");
        }
        _ => {}
    }
    outcome
}

async fn record(app: &App, attempt: &Attempt, outcome: Outcome, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(&app.db).await?;
    let mut row = attempt.row.clone();
    row.attempts += 1;
    match outcome {
        Outcome::Sent { message_id } => {
            store::settle(&txn, &row, DeliveryStatus::Sent, None, message_id, now).await?;
            ledger::spend(&txn, row.person_id, attempt.key, now).await?;
        }
        Outcome::NotSubscribed => {
            let errcode = Some(43101);
            store::settle(&txn, &row, DeliveryStatus::NotSubscribed, errcode, None, now).await?;
            ledger::zero(&txn, row.person_id, attempt.key, attempt.at, now).await?;
        }
        Outcome::Unknown => {
            store::settle(&txn, &row, DeliveryStatus::Unknown, None, None, now).await?;
        }
        Outcome::Failed { errcode } => {
            store::settle(&txn, &row, DeliveryStatus::Failed, errcode, None, now).await?;
        }
        Outcome::Later { at, errcode } => {
            if store::postpone(&txn, &row, at, errcode).await? {
                run_again(&txn, row.id, at, now).await?;
            }
        }
    }
    txn.commit().await?;
    Ok(())
}
