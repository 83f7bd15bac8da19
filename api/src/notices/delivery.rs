//! Pushes notices through WeChat.
//!
//! A `delivery` row stores its due time (`next_at`), so no job is needed. A worker claims deliveries, calls WeChat and
//! records the results. The claim is committed before the call, and no transaction is open during it. After a crash a
//! claimed attempt is therefore `unknown` and never repeated. A message that WeChat acknowledged is never sent again.
//! One that WeChat refused before carrying it out is retried if a retry may help.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::delivery;
use entity::ids::{DeliveryId, NoticeId, PersonId};
use entity::kinds::DeliveryStatus;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sea_orm::ConnectionTrait;
use tracing::Instrument as _;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::http::request_id;
use crate::notices::MessageCatalog;
use crate::notices::audience::TemplateKey;
use crate::notices::delivery_result::{Outcome, judge};
use crate::notices::{consents, delivery_store, store};
use crate::sealing::Sealer;
use crate::wechat::WeChat;
use crate::wechat::calls::message::SubscribeMessage;
use crate::wechat::circuit::CircuitState;

/// Longer than WeChat's slowest response: an older attempt was lost with its process.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// WeChat refuses two messages to one person at the same time (43108).
const OTHER_IN_FLIGHT: TimeDelta = TimeDelta::seconds(2);
/// Maximum age of a push; the inbox has the notice.
const MAX_AGE: TimeDelta = TimeDelta::days(3);
/// Maximum number of concurrent messages, each to a different person.
const MAX_IN_FLIGHT: usize = 16;
/// Results that arrive within this time are recorded together.
const RECORD_WINDOW: Duration = Duration::from_secs(1);
/// Due deliveries examined per round: several may be for one person, who gets one at a time.
const SCAN_LIMIT: u64 = 64;

/// A claimed attempt, with its row as before the claim.
struct Attempt {
    row: delivery::Model,
    key: TemplateKey,
    openid: String,
}

/// The next step of a due delivery.
enum Disposition {
    Attempt {
        key: TemplateKey,
        openid: String,
    },
    /// It ends without an attempt.
    End(DeliveryStatus),
    /// Another worker is sending to this person.
    WaitForOther,
    /// Postponed to the end of the quiet hours.
    Quiet(DateTime<Utc>),
}

/// A claimed batch of due deliveries.
#[derive(Default)]
pub struct LeasedBatch {
    attempts: Vec<Attempt>,
    /// Finished or postponed without an attempt.
    skipped: usize,
}

/// Sends one round of due pushes, each at most once. Returns the number of processed deliveries. While the circuit
/// breaker is open, they wait without cost.
pub async fn deliver_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    // On SQLite writes queue for one connection, so a read looks for due deliveries first.
    if next_due(app).await?.is_none_or(|at| at > now) {
        return Ok(0);
    }
    let txn = db::write(&app.db).await?;
    let round = claim(app, &txn).await?;
    txn.commit().await?;
    round.deliver(app).await
}

/// Claims due deliveries as part of a transaction, at most one per person; none while the circuit breaker is open.
pub async fn claim(app: &App, txn: &impl ConnectionTrait) -> Result<LeasedBatch> {
    let limit = match app.state::<WeChat>().message_circuit() {
        CircuitState::OpenUntil(_) => return Ok(LeasedBatch::default()),
        CircuitState::HalfOpen => 1,
        CircuitState::Closed => MAX_IN_FLIGHT,
    };
    claim_in(app, txn, limit, app.clock.now()).await
}

impl LeasedBatch {
    /// Makes the attempts, after the commit of the claim. One transaction records the results that arrive within a
    /// second of the first one, without waiting for the slowest call.
    pub async fn deliver(self, app: &App) -> Result<usize> {
        let now = app.clock.now();
        let done = self.attempts.len() + self.skipped;
        let attempts = self.attempts.into_iter();
        let mut calls: FuturesUnordered<_> = attempts
            .map(|attempt| async {
                let request_id = attempt.row.request_id.clone();
                let span = tracing::info_span!(parent: None, "push", request_id);
                let sent = push(app, &attempt).instrument(span);
                let outcome = request_id::caused_by(request_id, sent).await;
                (attempt, outcome)
            })
            .collect();
        while let Some(first) = calls.next().await {
            let mut ended = vec![first];
            let others = async {
                while let Some(next) = calls.next().await {
                    ended.push(next);
                }
            };
            // A time-out keeps the results that have arrived.
            let _ = tokio::time::timeout(RECORD_WINDOW, others).await;
            record(app, ended, now).await?;
        }
        Ok(done)
    }
}

/// Returns the time of the next possible push, or of the next expiry of a lease.
pub async fn next_due(app: &App) -> Result<Option<DateTime<Utc>>> {
    let next = delivery_store::next_due(&app.db).await?;
    Ok(match app.state::<WeChat>().message_circuit() {
        CircuitState::OpenUntil(until) => next.map(|next| next.max(until)),
        CircuitState::Closed | CircuitState::HalfOpen => next,
    })
}

async fn claim_in(
    app: &App,
    txn: &impl ConnectionTrait,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<LeasedBatch> {
    let due = delivery_store::due(txn, now, SCAN_LIMIT).await?;
    let known = DeliveryContext::load(app, txn, &due, now).await?;
    let (mut round, mut taken) = (LeasedBatch::default(), HashSet::new());
    let mut ended: BTreeMap<DeliveryStatus, Vec<DeliveryId>> = BTreeMap::new();
    let (mut waiting, mut quiet) = (Vec::new(), BTreeMap::<DateTime<Utc>, Vec<DeliveryId>>::new());
    for row in due {
        let (id, person) = (row.id, row.person_id);
        match known.fate(app, &row, now) {
            Disposition::Attempt { .. } if round.attempts.len() == limit || !taken.insert(person) => {}
            Disposition::Attempt { key, openid } => round.attempts.push(Attempt { row, key, openid }),
            Disposition::End(status) => ended.entry(status).or_default().push(id),
            Disposition::WaitForOther => waiting.push(id),
            Disposition::Quiet(until) => quiet.entry(until).or_default().push(id),
        }
    }
    let silent: usize = quiet.values().map(Vec::len).sum();
    round.skipped = silent + waiting.len() + ended.values().map(Vec::len).sum::<usize>();
    for (status, ids) in ended {
        delivery_store::close(txn, &ids, status, now).await?;
    }
    quiet.entry(now + OTHER_IN_FLIGHT).or_default().extend(waiting);
    for (until, ids) in quiet {
        delivery_store::postpone(txn, &ids, until).await?;
    }
    let leased: Vec<_> = round.attempts.iter().map(|attempt| attempt.row.id).collect();
    delivery_store::lease(txn, &leased, now + LEASE).await?;
    Ok(round)
}

/// The data for decisions about due deliveries, read for all of them at once.
struct DeliveryContext {
    openids: HashMap<PersonId, Vec<u8>>,
    in_flight: HashSet<PersonId>,
    unsubscribed: HashSet<(PersonId, String)>,
    /// In quiet hours, their end and the notices that are exempt from them.
    quiet: Option<(DateTime<Utc>, HashSet<NoticeId>)>,
}

impl DeliveryContext {
    async fn load(
        app: &App,
        txn: &impl ConnectionTrait,
        due: &[delivery::Model],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut people: Vec<_> = due.iter().map(|row| row.person_id).collect();
        people.sort_unstable();
        people.dedup();
        let wanted: Vec<_> = due
            .iter()
            .filter(|_| app.state::<MessageCatalog>().consent_events_enabled)
            .filter_map(|row| Some((row.person_id, TemplateKey::by_name(&row.template_key)?)))
            .collect();
        let voice = app.state::<MessageCatalog>();
        let quiet = match voice.quiet_until(now) {
            Some(until) => {
                let mut events = delivery_store::events(txn, due).await?;
                events.retain(|(_, event)| voice.breaks_quiet_hours(event));
                Some((until, events.into_iter().map(|(notice, _)| notice).collect()))
            }
            None => None,
        };
        Ok(Self {
            quiet,
            openids: delivery_store::openids(txn, &people).await?,
            in_flight: delivery_store::in_flight(txn, &people, now).await?,
            unsubscribed: store::known_unsubscribed(txn, &wanted, now).await?,
        })
    }

    fn fate(&self, app: &App, row: &delivery::Model, now: DateTime<Utc>) -> Disposition {
        if row.leased_until.is_some() {
            // The lease has expired: the worker is gone, and WeChat may have the message.
            return Disposition::End(DeliveryStatus::Unknown);
        }
        let key = TemplateKey::by_name(&row.template_key);
        let (Some(key), Some(sealed)) = (key, self.openids.get(&row.person_id)) else {
            return Disposition::End(DeliveryStatus::Superseded);
        };
        if row.created_at + MAX_AGE < now {
            return Disposition::End(DeliveryStatus::Failed);
        }
        if self
            .unsubscribed
            .contains(&(row.person_id, row.template_key.clone()))
        {
            return Disposition::End(DeliveryStatus::NotSubscribed);
        }
        if let Some((until, exempt)) = &self.quiet
            && !exempt.contains(&row.notice_id)
        {
            return Disposition::Quiet(*until);
        }
        if self.in_flight.contains(&row.person_id) {
            return Disposition::WaitForOther;
        }
        match app.state::<Sealer>().open_text(sealed) {
            Ok(openid) => Disposition::Attempt { key, openid },
            Err(error) => {
                tracing::error!(delivery = %row.id, error = %error, "openid decryption failed");
                Disposition::End(DeliveryStatus::Failed)
            }
        }
    }
}

async fn push(app: &App, attempt: &Attempt) -> Outcome {
    let Some(template) = app.state::<MessageCatalog>().template(attempt.key) else {
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
    let sent = app.state::<WeChat>().send_message(message).await;
    let outcome = judge(
        &sent,
        attempt.row.attempts + 1,
        app.clock.now(),
        app.state::<MessageCatalog>().zone(),
    );
    match (&outcome, &sent) {
        (Outcome::Failed { .. }, Err(error)) => {
            tracing::error!(delivery = %attempt.row.id, template = attempt.key.as_str(), error = %error, "push failed");
        }
        (Outcome::NotSubscribed, _) => {
            tracing::debug!(delivery = %attempt.row.id, template = attempt.key.as_str(), "push not subscribed");
        }
        (_, Err(error)) => {
            tracing::info!(delivery = %attempt.row.id, error = %error, outcome = ?outcome, "push not sent");
        }
        _ => tracing::info!(delivery = %attempt.row.id, "push sent"),
    }
    outcome
}

/// Records the results of attempts. An attempt without a recorded result is `unknown` when its lease expires, as after
/// a crash.
async fn record(app: &App, ended: Vec<(Attempt, Outcome)>, asked_at: DateTime<Utc>) -> Result<()> {
    let now = app.clock.now();
    let mut settled: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut later: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let (mut spent, mut refused) = (Vec::new(), Vec::new());
    for (attempt, outcome) in ended {
        let (person, key) = (attempt.row.person_id, attempt.key);
        let mut made = delivery_store::FinishedAttempt {
            id: attempt.row.id,
            attempts: attempt.row.attempts + 1,
            message_id: None,
        };
        let end = match outcome {
            Outcome::Sent { message_id } => {
                made.message_id = message_id;
                spent.push((person, key));
                (DeliveryStatus::Sent, None)
            }
            Outcome::NotSubscribed => {
                refused.push((person, key));
                (DeliveryStatus::NotSubscribed, Some(43101))
            }
            Outcome::Unknown => (DeliveryStatus::Unknown, None),
            Outcome::Failed { errcode } => (DeliveryStatus::Failed, errcode),
            Outcome::Later { at, errcode } => {
                later.entry((at, errcode)).or_default().push(made);
                continue;
            }
        };
        settled.entry(end).or_default().push(made);
    }
    let txn = db::write(&app.db).await?;
    for ((status, errcode), made) in settled {
        delivery_store::complete(&txn, &made, status, errcode, now).await?;
    }
    for ((at, errcode), made) in later {
        delivery_store::reschedule(&txn, &made, at, errcode).await?;
    }
    consents::consume(&txn, &spent, now).await?;
    consents::reset(&txn, &refused, asked_at, now).await?;
    txn.commit().await?;
    Ok(())
}
