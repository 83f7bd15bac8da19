//! Endpoints: created, rotated, tested and deleted by administrators.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, WebhookDeliveryId, WebhookId};
use entity::kinds::{ActKind, WebhookDeliveryStatus};
use entity::{webhook_delivery, webhook_endpoint};
use rand::RngCore as _;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::event_type::EventType;
use super::linked_units::LinkedUnits;
use super::payload;
use super::signature::{SECRET_BYTES, Secret};
use super::store;
use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::http::request_id;
use crate::sealing::Sealer;
use crate::webhooks::sender::Sender as WebhookSender;

/// Subscribes to every event.
pub const ALL_EVENTS: &str = "*";
const MAX_ENDPOINTS: usize = 20;
const DESCRIPTION_CHARS: usize = 200;
/// Maximum number of deliveries in the log.
const LOG_ROWS: u64 = 100;
/// The time after a rotation in which the former secret also signs.
const ROTATION_OVERLAP: TimeDelta = TimeDelta::hours(ROTATION_HOURS);
/// The length of `ROTATION_OVERLAP` in hours, for texts.
pub const ROTATION_HOURS: i64 = 24;

/// An administrator's request for an endpoint.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    pub url: String,
    pub events: Vec<String>,
    pub description: Option<String>,
    pub include_personal_data: bool,
    /// Only orders of linked units, and orders that were sent before.
    pub linked_only: bool,
}

/// Creates an endpoint and returns it with its secret, which is not shown again.
///
/// # Errors
/// 422 for an address that may not be called, an unknown event, or too many endpoints.
pub async fn create(app: &App, by: PersonId, new: NewEndpoint) -> Result<(webhook_endpoint::Model, Secret)> {
    validate(app, &new)?;
    let now = app.clock.now();
    let secret = random_secret();
    let row = webhook_endpoint::Model {
        id: WebhookId::generate(),
        url: new.url,
        events: json!(new.events),
        description: new.description,
        include_personal_data: new.include_personal_data,
        linked_only: new.linked_only,
        secret_sealed: seal(app.state::<Sealer>(), &secret)?,
        previous_secret_sealed: None,
        previous_secret_until: None,
        active: true,
        disabled_reason: None,
        failing_since: None,
        created_by: Some(by),
        created_at: now,
    };
    let txn = db::write(&app.db).await?;
    if store::endpoints(&txn).await?.len() >= MAX_ENDPOINTS {
        let detail = format!("推送地址最多 {MAX_ENDPOINTS} 个，请先删除不用的。");
        return Err(Error::invalid(vec![FieldError::new("url", "too_many", detail)]));
    }
    store::insert_endpoint(&txn, row.clone()).await?;
    note(&txn, by, ActKind::WebhookCreated, &row, now).await?;
    txn.commit().await?;
    Ok((row, secret))
}

fn validate(app: &App, new: &NewEndpoint) -> Result<()> {
    let mut faults = Vec::new();
    if let Err(fault) = app.state::<WebhookSender>().validate(&new.url) {
        faults.push(FieldError::new("url", "not_allowed", fault.label()));
    }
    let known = |name: &String| name == ALL_EVENTS || EventType::parse(name).is_some();
    if new.events.is_empty() || new.events.len() > EventType::ALL.len() || !new.events.iter().all(known) {
        faults.push(FieldError::new("events", "unknown_event", "事件名称不正确。"));
    }
    let long = |text: &String| text.chars().count() > DESCRIPTION_CHARS;
    if new.description.as_ref().is_some_and(long) {
        let detail = format!("说明不超过 {DESCRIPTION_CHARS} 字。");
        faults.push(FieldError::new("description", "too_long", detail));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}

/// Gives the endpoint a new secret; both sign for a day. A disabled endpoint is active again.
pub async fn rotate(app: &App, by: PersonId, id: WebhookId) -> Result<Secret> {
    let now = app.clock.now();
    let secret = random_secret();
    let txn = db::write(&app.db).await?;
    let endpoint = store::endpoint(&txn, id).await?.ok_or_else(Error::not_found)?;
    note(&txn, by, ActKind::WebhookRotated, &endpoint, now).await?;
    let row = webhook_endpoint::ActiveModel {
        id: Set(id),
        secret_sealed: Set(seal(app.state::<Sealer>(), &secret)?),
        previous_secret_sealed: Set(Some(endpoint.secret_sealed)),
        previous_secret_until: Set(Some(now + ROTATION_OVERLAP)),
        active: Set(true),
        disabled_reason: Set(None),
        failing_since: Set(None),
        ..Default::default()
    };
    store::save_endpoint(&txn, row).await?;
    txn.commit().await?;
    Ok(secret)
}

/// Lists the endpoints, oldest first.
pub async fn list(app: &App) -> Result<Vec<webhook_endpoint::Model>> {
    store::endpoints(&app.db).await
}

/// Returns an endpoint with its newest deliveries, at most 100.
pub async fn with_log(
    app: &App,
    id: WebhookId,
) -> Result<(webhook_endpoint::Model, Vec<webhook_delivery::Model>)> {
    let endpoint = store::endpoint(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let log = store::log(&app.db, id, LOG_ROWS).await?;
    Ok((endpoint, log))
}

/// Deletes the endpoint and its pending deliveries.
pub async fn delete(app: &App, by: PersonId, id: WebhookId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let endpoint = store::endpoint(&txn, id).await?.ok_or_else(Error::not_found)?;
    if !store::delete_endpoint(&txn, id).await? {
        return Err(Error::not_found());
    }
    note(&txn, by, ActKind::WebhookDeleted, &endpoint, now).await?;
    txn.commit().await?;
    Ok(())
}

/// Records an administrator's action on an endpoint, without its address and its secret.
async fn note(
    txn: &db::WriteTransaction,
    by: PersonId,
    kind: ActKind,
    endpoint: &webhook_endpoint::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = name(endpoint);
    let act = AuditEntry {
        by: AuditActor::Person(by),
        kind,
        subject: &name,
        detail: json!({
            "webhook": endpoint.id,
            "events": endpoint.events,
            "include_personal_data": endpoint.include_personal_data,
            "linked_only": endpoint.linked_only,
        }),
    };
    audit_log::record(txn, act, now).await
}

/// The receiver's description, or its host: the rest of an address may hold a secret.
#[must_use]
pub fn name(endpoint: &webhook_endpoint::Model) -> String {
    let described = endpoint
        .description
        .clone()
        .filter(|text| !text.trim().is_empty());
    let host = || Some(url::Url::parse(&endpoint.url).ok()?.host_str()?.to_owned());
    described.or_else(host).unwrap_or_default()
}

/// Queues a `webhook.test` message for one endpoint, whatever it subscribes to.
pub async fn test(app: &App, id: WebhookId) -> Result<WebhookDeliveryId> {
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    store::endpoint(&txn, id).await?.ok_or_else(Error::not_found)?;
    let event = EventType::Test.as_str();
    let linked = LinkedUnits::default();
    let names = payload::Names {
        city: &city,
        linked: &linked,
    };
    let delivery = webhook_delivery::Model {
        id: WebhookDeliveryId::generate(),
        endpoint_id: id,
        sequence: 0,
        order_id: None,
        event_type: event.to_owned(),
        body: payload::body(names, event, now, &json!({ "webhook_id": id }), false),
        status: WebhookDeliveryStatus::Waiting,
        attempts: 0,
        next_at: Some(now),
        last_status: None,
        last_error: None,
        created_at: now,
        finished_at: None,
        request_id: request_id::cause(),
    };
    let message = delivery.id;
    store::insert_deliveries(&txn, vec![delivery]).await?;
    txn.commit().await?;
    Ok(message)
}

/// Sends a finished delivery again, under the same message id.
pub async fn resend(app: &App, id: WebhookId, delivery: WebhookDeliveryId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    store::delivery(&txn, id, delivery)
        .await?
        .ok_or_else(Error::not_found)?;
    let row = webhook_delivery::ActiveModel {
        id: Set(delivery),
        status: Set(WebhookDeliveryStatus::Waiting),
        attempts: Set(0),
        next_at: Set(Some(now)),
        finished_at: Set(None),
        ..Default::default()
    };
    store::save_delivery(&txn, row).await?;
    txn.commit().await?;
    Ok(())
}

/// Returns `true` if the endpoint is active and subscribes to the event.
#[must_use]
pub fn subscribes(endpoint: &webhook_endpoint::Model, event: &str) -> bool {
    let names = endpoint.events.as_array().map(Vec::as_slice).unwrap_or_default();
    // Checkpoints are sent every hour, so only endpoints that name them receive them.
    let in_everything = event != EventType::AuditCheckpoint.as_str();
    let named = |name: &serde_json::Value| {
        name.as_str()
            .is_some_and(|name| name == event || (name == ALL_EVENTS && in_everything))
    };
    endpoint.active && names.iter().any(named)
}

/// Returns the secrets that sign now, newest first.
pub fn secrets(
    sealer: &Sealer,
    endpoint: &webhook_endpoint::Model,
    now: DateTime<Utc>,
) -> Result<Vec<Secret>> {
    let mut secrets = vec![open(sealer, &endpoint.secret_sealed)?];
    let overlaps = endpoint.previous_secret_until.is_some_and(|until| until > now);
    if let Some(sealed) = endpoint.previous_secret_sealed.as_deref().filter(|_| overlaps) {
        secrets.push(open(sealer, sealed)?);
    }
    Ok(secrets)
}

fn random_secret() -> Secret {
    let mut bytes = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    Secret::new(bytes)
}

fn seal(sealer: &Sealer, secret: &Secret) -> Result<Vec<u8>> {
    Ok(sealer.seal(secret.bytes()).map_err(anyhow::Error::from)?)
}

fn open(sealer: &Sealer, sealed: &[u8]) -> Result<Secret> {
    let bytes = sealer.open(sealed).map_err(anyhow::Error::from)?;
    Ok(Secret::from_bytes(bytes))
}
