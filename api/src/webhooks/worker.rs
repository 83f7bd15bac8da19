//! Turns outbox rows into deliveries, one per subscribed endpoint, and sends the due deliveries.
//!
//! Several replicas share the work: a delivery is leased before it is sent. No transaction is open during a call.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, WebhookDeliveryId, WebhookId};
use entity::kinds::WebhookDeliveryStatus;
use entity::{outbound_event, webhook_delivery, webhook_endpoint};
use futures_util::future::join_all;
use rand::Rng as _;
use sea_orm::ActiveValue::Set;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::endpoints::{name, secrets, subscribes};
use super::linked_units::{self, LinkedUnits};
use super::payload;
use super::retry::{CallResult, NextStep, after_call, is_given_up};
use super::sender::Message;
use super::store;
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::http::request_id;
use crate::notices::{self, Event, EventKind, MessageCatalog};
use crate::sealing::Sealer;
use crate::webhooks::sender::Sender as WebhookSender;

/// Outbox rows per transaction.
const FAN_OUT: u64 = 100;
/// Maximum number of concurrent calls.
const IN_FLIGHT: u64 = 8;
/// Lease of a delivery; longer than a call can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Maximum delay of a delivery without a signal, e.g. a repetition.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Pause between rounds; events of this time share a round.
const BATCH_WINDOW: Duration = Duration::from_millis(500);

/// Delivers until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let mut woken = app.jobs.wake.subscribe();
    while !stop.is_cancelled() {
        match deliver_due(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "webhook delivery failed"
                );
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            Ok(()) = woken.changed() => {
                stop.run_until_cancelled(tokio::time::sleep(BATCH_WINDOW)).await;
            }
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Fans out the rows of the outbox and sends one batch of due deliveries. Returns the number of handled rows.
pub async fn deliver_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let fanned_out = fan_out(app, now).await?;
    let leased = lease(app, now).await?;
    let sent = leased.len();
    if sent > 0 {
        send(app, leased).await?;
    }
    Ok(fanned_out + sent)
}

async fn fan_out(app: &App, now: DateTime<Utc>) -> Result<usize> {
    // Read first, so an idle product opens no write transaction.
    if store::lock_events(&app.db, 1).await?.is_empty() {
        return Ok(0);
    }
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    let events = store::lock_events(&txn, FAN_OUT).await?;
    let endpoints = store::endpoints(&txn).await?;
    let linked = LinkedUnits::load(&txn).await?;
    let mut handed_over = handed_over_before(&txn, &endpoints, &events).await?;
    let names = payload::Names {
        city: &city,
        linked: &linked,
    };
    let mut deliveries = Vec::new();
    for event in &events {
        let is_linked = payload::order_of(&event.detail)
            .and_then(|order| order.unit_id)
            .is_some_and(|unit| linked.code(unit).is_some());
        let listening = endpoints
            .iter()
            .filter(|endpoint| subscribes(endpoint, &event.event_type));
        for endpoint in listening {
            if endpoint.linked_only
                && let Some(order) = event.order_id
            {
                let known = handed_over.contains(&(endpoint.id, order));
                if !is_linked && !known {
                    continue;
                }
                handed_over.insert((endpoint.id, order));
            }
            let personal = endpoint.include_personal_data;
            deliveries.push(webhook_delivery::Model {
                id: WebhookDeliveryId::generate(),
                endpoint_id: endpoint.id,
                sequence: event.id,
                order_id: event.order_id,
                event_type: event.event_type.clone(),
                body: payload::body(names, &event.event_type, event.at, &event.detail, personal),
                status: WebhookDeliveryStatus::Waiting,
                attempts: 0,
                next_at: Some(now),
                last_status: None,
                last_error: None,
                created_at: now,
                finished_at: None,
                request_id: event.request_id.clone(),
            });
        }
    }
    store::insert_deliveries(&txn, deliveries).await?;
    store::delete_events(&txn, events.iter().map(|event| event.id).collect()).await?;
    txn.commit().await?;
    Ok(events.len())
}

/// Returns the orders of these events that an endpoint for linked units has received before; it receives their events
/// to the end.
async fn handed_over_before(
    txn: &db::WriteTransaction,
    endpoints: &[webhook_endpoint::Model],
    events: &[outbound_event::Model],
) -> Result<HashSet<(WebhookId, OrderId)>> {
    let ids: Vec<WebhookId> = endpoints
        .iter()
        .filter(|endpoint| endpoint.linked_only)
        .map(|endpoint| endpoint.id)
        .collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let orders = events.iter().filter_map(|event| event.order_id).collect();
    store::orders_sent(txn, ids, orders).await
}

type Leased = Vec<(webhook_delivery::Model, webhook_endpoint::Model)>;

async fn lease(app: &App, now: DateTime<Utc>) -> Result<Leased> {
    if store::lock_due(&app.db, now, 1).await?.is_empty() {
        return Ok(Vec::new());
    }
    let txn = db::write(&app.db).await?;
    let due = store::lock_due(&txn, now, IN_FLIGHT).await?;
    let endpoints: HashMap<WebhookId, webhook_endpoint::Model> = store::endpoints(&txn)
        .await?
        .into_iter()
        .map(|endpoint| (endpoint.id, endpoint))
        .collect();
    store::lease(
        &txn,
        due.iter().map(|delivery| delivery.id).collect(),
        now + LEASE,
    )
    .await?;
    txn.commit().await?;
    let with_endpoint = due.into_iter().filter_map(|mut delivery| {
        let endpoint = endpoints.get(&delivery.endpoint_id)?.clone();
        delivery.attempts += 1;
        Some((delivery, endpoint))
    });
    Ok(with_endpoint.collect())
}

async fn send(app: &App, leased: Leased) -> Result<()> {
    let calls = leased.iter().map(|(delivery, endpoint)| {
        let request_id = delivery.request_id.clone();
        let span = tracing::info_span!(parent: None, "webhook", request_id);
        request_id::caused_by(request_id, call(app, delivery, endpoint).instrument(span))
    });
    let results: Vec<Result<CallResult>> = join_all(calls).await;
    let txn = db::write(&app.db).await?;
    let now = app.clock.now();
    let mut disabled: HashMap<WebhookId, webhook_endpoint::Model> = HashMap::new();
    let mut failures = BTreeMap::new();
    for ((delivery, endpoint), result) in leased.into_iter().zip(results) {
        if disabled.contains_key(&endpoint.id) {
            continue;
        }
        let result = result?;
        failures.extend(handover_failure(&delivery, &endpoint, &result));
        if record(&txn, delivery, &endpoint, result, now).await? {
            disabled.insert(endpoint.id, endpoint);
        }
    }
    linked_units::record_failures(&txn, failures, now).await?;
    for endpoint in disabled.values() {
        let event = Event::general(EventKind::WebhookDisabled).title(name(endpoint));
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    txn.commit().await?;
    if !disabled.is_empty() {
        app.jobs.wake.notify_one();
    }
    Ok(())
}

/// Returns the platform's code of the unit whose order could not be handed over, and why. `None` if it was, or if the
/// endpoint is not the platform's.
fn handover_failure(
    delivery: &webhook_delivery::Model,
    endpoint: &webhook_endpoint::Model,
    result: &CallResult,
) -> Option<(String, String)> {
    let why = match result {
        CallResult::Delivered { .. } => return None,
        CallResult::Gone => "HTTP 410".to_owned(),
        CallResult::Refused { status } => format!("HTTP {status}"),
        CallResult::Unreachable(fault) => fault.to_string(),
    };
    if !endpoint.linked_only {
        return None;
    }
    let body: Value = serde_json::from_str(&delivery.body).ok()?;
    let code = body.pointer("/data/order/unit/platform_code")?.as_str()?;
    Some((code.to_owned(), why))
}

async fn call(
    app: &App,
    delivery: &webhook_delivery::Model,
    endpoint: &webhook_endpoint::Model,
) -> Result<CallResult> {
    let now = app.clock.now();
    let secrets = secrets(app.state::<Sealer>(), endpoint, now)?;
    let message = Message {
        url: &endpoint.url,
        id: &message_id(delivery.id),
        timestamp: now.timestamp(),
        body: &delivery.body,
        secrets: &secrets,
    };
    let result = app.state::<WebhookSender>().send(&message).await;
    tracing::info!(delivery = %delivery.id, attempt = delivery.attempts, ?result, "webhook called");
    Ok(result)
}

/// Returns the id of a message, which is the same for every repetition.
#[must_use]
pub fn message_id(id: WebhookDeliveryId) -> String {
    format!("msg_{}", id.0.simple())
}

/// Stores the result of a call. Returns `true` if it disabled the endpoint.
async fn record(
    txn: &db::WriteTransaction,
    delivery: webhook_delivery::Model,
    endpoint: &webhook_endpoint::Model,
    result: CallResult,
    now: DateTime<Utc>,
) -> Result<bool> {
    let attempts = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
    let chance = rand::rng().random();
    let next = after_call(&result, attempts, now, chance);
    let (status, next_at) = match next {
        NextStep::Done => (WebhookDeliveryStatus::Delivered, None),
        NextStep::RetryAt(at) => (WebhookDeliveryStatus::Waiting, Some(at)),
        NextStep::GiveUp | NextStep::DisableEndpoint => (WebhookDeliveryStatus::Failed, None),
    };
    let (last_status, last_error) = match &result {
        CallResult::Delivered { status } | CallResult::Refused { status } => (Some(i32::from(*status)), None),
        CallResult::Gone => (Some(410), None),
        CallResult::Unreachable(fault) => (None, Some(fault.to_string())),
    };
    let row = webhook_delivery::ActiveModel {
        id: Set(delivery.id),
        status: Set(status),
        next_at: Set(next_at),
        last_status: Set(last_status),
        last_error: Set(last_error),
        finished_at: Set(next_at.is_none().then_some(now)),
        ..Default::default()
    };
    store::save_delivery(txn, row).await?;
    note_health(txn, endpoint, next, now).await
}

/// Stores since when an endpoint has failed, and disables it if it is gone or has failed too long. Returns `true` if
/// it disabled the endpoint.
async fn note_health(
    txn: &db::WriteTransaction,
    endpoint: &webhook_endpoint::Model,
    next: NextStep,
    now: DateTime<Utc>,
) -> Result<bool> {
    let failing_since = match next {
        NextStep::Done => None,
        _ => Some(endpoint.failing_since.unwrap_or(now)),
    };
    let too_long = failing_since.is_some_and(|since| is_given_up(since, now));
    let reason = match next {
        NextStep::DisableEndpoint => Some("gone"),
        _ if too_long => Some("failing"),
        _ => None,
    };
    if failing_since == endpoint.failing_since && reason.is_none() {
        return Ok(false);
    }
    let mut row = webhook_endpoint::ActiveModel {
        id: Set(endpoint.id),
        failing_since: Set(failing_since),
        ..Default::default()
    };
    if let Some(reason) = reason {
        row.active = Set(false);
        row.disabled_reason = Set(Some(reason.to_owned()));
        store::fail_waiting(txn, endpoint.id, now).await?;
        tracing::warn!(endpoint = %endpoint.id, reason, "webhook endpoint disabled");
    }
    store::save_endpoint(txn, row).await?;
    Ok(reason.is_some())
}
