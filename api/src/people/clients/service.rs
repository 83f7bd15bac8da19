//! Keys of API clients: created, rotated, revoked and recognised. A key is shown once and stored as a hash.
//!
//! A client acts as a person of its own, so that histories name it; that person is on no roster and cannot sign in.

use chrono::{DateTime, TimeDelta, Utc};
use entity::api_client;
use entity::ids::{ClientId, PersonId, SessionId, UnitId};
use entity::kinds::{ActKind, Role};
use entity::person;
use rand::RngCore as _;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::scopes::{ClientScope, needed};
use super::store;
use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::people::clients::rate::ClientRates;

const KEY_PREFIX: &str = "zk_";
const KEY_BYTES: usize = 32;
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=60;
const MAX_CLIENTS: usize = 50;
const REQUESTS_PER_MINUTE: i32 = 600;
/// The key before a rotation is valid for so long.
const ROTATION_OVERLAP: TimeDelta = TimeDelta::hours(ROTATION_HOURS);
/// This time in hours, for texts.
pub const ROTATION_HOURS: i64 = 24;
/// `last_used_at` is written at most so often.
const TOUCH_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// An administrator's request for a client.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub name: String,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Id, code or name of the only unit whose orders the client sees.
    pub unit: Option<String>,
    /// Code or name of the only county-level area whose orders the client sees.
    pub area: Option<String>,
}

/// Creates a client and returns it with its key, which is not shown again.
///
/// # Errors
/// 422 for a name that is empty or too long, an unknown scope, unit or area, an expiry in the past, or too many clients.
pub async fn create(app: &App, by: AuditActor, new: NewClient) -> Result<(ClientId, String)> {
    let now = app.clock.now();
    validate(&new, now)?;
    let (unit_id, area_code) = limit(app, &new)?;
    let key = random_key();
    let person = client_person(new.name.trim(), now);
    let client = api_client::Model {
        id: ClientId::generate(),
        person_id: person.id,
        name: new.name.trim().to_owned(),
        scopes: json!(new.scopes),
        key_hash: hash(&key),
        previous_key_hash: None,
        previous_key_until: None,
        requests_per_minute: REQUESTS_PER_MINUTE,
        unit_id,
        area_code,
        created_by: by.person(),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let id = client.id;
    let txn = db::write(&app.db).await?;
    let active = store::all(&txn)
        .await?
        .iter()
        .filter(|client| client.revoked_at.is_none())
        .count();
    if active >= MAX_CLIENTS {
        let detail = format!("接口客户端最多 {MAX_CLIENTS} 个，请先停用不用的。");
        return Err(Error::invalid(vec![FieldError::new("name", "too_many", detail)]));
    }
    let row = sea_orm::IntoActiveModel::into_active_model(person);
    person::Entity::insert(sea_orm::ActiveModelTrait::reset_all(row))
        .exec_without_returning(&txn)
        .await?;
    note(&txn, by, ActKind::ClientCreated, &client, now).await?;
    store::insert(&txn, client).await?;
    txn.commit().await?;
    Ok((id, key))
}

fn validate(new: &NewClient, now: DateTime<Utc>) -> Result<()> {
    let mut faults = Vec::new();
    if !NAME_CHARS.contains(&new.name.trim().chars().count()) {
        faults.push(FieldError::new("name", "length", "名称应为1至60字。"));
    }
    let known = |name: &String| ClientScope::parse(name).is_some();
    if new.scopes.is_empty() || new.scopes.len() > ClientScope::ALL.len() || !new.scopes.iter().all(known) {
        faults.push(FieldError::new("scopes", "unknown_scope", "权限范围不正确。"));
    }
    if new
        .expires_at
        .is_some_and(|at| at <= now || at > now + TimeDelta::days(3_660))
    {
        faults.push(FieldError::new(
            "expires_at",
            "out_of_range",
            "有效期应在十年以内，且晚于现在。",
        ));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}

/// The unit or the area that the client is limited to.
fn limit(app: &App, new: &NewClient) -> Result<(Option<UnitId>, Option<String>)> {
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let city = app.state::<CityHandle>().load();
    match (given(&new.unit), given(&new.area)) {
        (None, None) => Ok((None, None)),
        (Some(unit), None) => {
            let unit = city.units.resolve(&unit);
            let unit = unit.ok_or_else(|| Error::invalid_field("unit", "unknown_unit", "没有这个单位。"))?;
            Ok((Some(unit.id), None))
        }
        (None, Some(area)) => {
            let county = city.county(&area);
            let county =
                county.ok_or_else(|| Error::invalid_field("area", "unknown_area", "没有这个区县。"))?;
            Ok((None, Some(county.code.clone())))
        }
        (Some(_), Some(_)) => {
            let detail = "单位和区县只能限定一个。";
            Err(Error::invalid_field("area", "unit_or_area", detail))
        }
    }
}

/// The person whom histories name.
fn client_person(name: &str, now: DateTime<Utc>) -> person::Model {
    let id = PersonId::generate();
    person::Model {
        id,
        name: format!("接口·{name}"),
        role: Role::Operator,
        level: None,
        unit_id: None,
        unit_head: false,
        area_code: None,
        electoral_unit: None,
        committee: None,
        phone_sealed: Vec::new(),
        phone_hash: format!("client-{id}"),
        openid_sealed: None,
        openid_hash: None,
        bound_at: None,
        roster_key: format!("client-{id}"),
        active: false,
        created_at: now,
        updated_at: now,
        removed_at: Some(now),
    }
}

/// Gives the client a new key; the old one is valid for a day.
pub async fn rotate(app: &App, by: AuditActor, id: ClientId) -> Result<String> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let client = store::find(&txn, id)
        .await?
        .filter(|client| client.revoked_at.is_none());
    let client = client.ok_or_else(Error::not_found)?;
    note(&txn, by, ActKind::ClientRotated, &client, now).await?;
    let key = random_key();
    let row = api_client::ActiveModel {
        id: Set(id),
        key_hash: Set(hash(&key)),
        previous_key_hash: Set(Some(client.key_hash)),
        previous_key_until: Set(Some(now + ROTATION_OVERLAP)),
        ..Default::default()
    };
    store::save(&txn, row).await?;
    txn.commit().await?;
    Ok(key)
}

/// Ends the client: its keys are refused from now on.
pub async fn revoke(app: &App, by: AuditActor, id: ClientId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let client = store::find(&txn, id)
        .await?
        .filter(|client| client.revoked_at.is_none());
    let client = client.ok_or_else(Error::not_found)?;
    note(&txn, by, ActKind::ClientRevoked, &client, now).await?;
    let row = api_client::ActiveModel {
        id: Set(id),
        revoked_at: Set(Some(now)),
        ..Default::default()
    };
    store::save(&txn, row).await?;
    txn.commit().await?;
    Ok(())
}

/// Records an administrator's action on a client: its rights, never its key.
async fn note(
    txn: &db::WriteTransaction,
    by: AuditActor,
    kind: ActKind,
    client: &api_client::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let act = AuditEntry {
        by,
        kind,
        subject: &client.name,
        detail: json!({
            "client": client.id,
            "scopes": client.scopes,
            "unit": client.unit_id,
            "area": client.area_code,
        }),
    };
    audit_log::record(txn, act, now).await
}

/// Lists the clients, oldest first, revoked ones too.
pub async fn list(app: &App) -> Result<Vec<api_client::Model>> {
    store::all(&app.db).await
}

/// Returns `true` if the token is a client's key and no access token.
#[must_use]
pub fn is_key(token: &str) -> bool {
    token.starts_with(KEY_PREFIX)
}

/// Recognises the client that makes this request.
///
/// # Errors
/// 401 for an unknown, expired or revoked key, 403 `scope_missing`, 429 over the client's rate.
pub async fn authenticate(app: &App, key: &str, method: &str, path: &str) -> Result<Caller> {
    let now = app.clock.now();
    let client = store::by_key_hash(&app.db, &hash(key), now)
        .await?
        .filter(|client| client.expires_at.is_none_or(|at| at > now))
        .ok_or_else(|| Error::refused(ErrorKind::NotSignedIn, "key_invalid", "接口密钥无效或已过期。"))?;
    let per_minute = u32::try_from(client.requests_per_minute).unwrap_or(1).max(1);
    if let Err(wait) = app.state::<ClientRates>().take(client.id, per_minute, now) {
        let kind = ErrorKind::TooMany {
            retry_after_secs: u64::try_from(wait.num_seconds()).unwrap_or(1),
        };
        return Err(Error::refused(kind, "rate_limited", "调用过于频繁，请稍后再试。"));
    }
    let scopes: Vec<String> = serde_json::from_value(client.scopes.clone()).unwrap_or_default();
    let allowed = needed(method, path).is_some_and(|scope| scopes.iter().any(|name| name == scope.as_str()));
    if !allowed {
        return Err(Error::refused(
            ErrorKind::Forbidden,
            "scope_missing",
            "这个接口密钥没有这项权限。",
        ));
    }
    if client.last_used_at.is_none_or(|at| now - at >= TOUCH_INTERVAL) {
        let txn = db::write(&app.db).await?;
        store::touch(&txn, client.id, now).await?;
        txn.commit().await?;
    }
    Ok(Caller {
        person: client.person_id,
        session: SessionId(client.id.0),
        name: format!("接口·{}", client.name),
        role: Role::Operator,
        level: None,
        unit: None,
        unit_head: false,
        area: None,
        committee: None,
        limit: client.unit_id.map_or_else(
            || client.area_code.map(OrderAccess::Area),
            |unit| Some(OrderAccess::Unit(unit)),
        ),
    })
}

/// The client behind a caller.
///
/// # Errors
/// 403 if the caller is a person.
pub async fn client_of(app: &App, caller: &Caller) -> Result<ClientId> {
    let client = store::find(&app.db, ClientId(caller.session.0)).await?;
    let client = client.ok_or_else(|| Error::forbidden("这个接口只供接口客户端调用。"))?;
    Ok(client.id)
}

/// Whether the caller is a client with this scope.
pub async fn has_scope(app: &App, caller: &Caller, scope: ClientScope) -> Result<bool> {
    let client = store::find(&app.db, ClientId(caller.session.0)).await?;
    let scopes = client.map(|client| client.scopes).unwrap_or_default();
    let scopes: Vec<String> = serde_json::from_value(scopes).unwrap_or_default();
    Ok(scopes.iter().any(|name| name == scope.as_str()))
}

fn random_key() -> String {
    let mut bytes = [0; KEY_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    format!("{KEY_PREFIX}{}", hex::encode(bytes))
}

fn hash(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}
