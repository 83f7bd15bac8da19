//! Units whose orders are sent to the city's platform, with the platform's codes.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::ActKind;
use entity::linked_unit;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::city::snapshot::CityHandle;
use crate::city::units::Unit;
use crate::db;
use crate::error::{Error, FieldError, Result};
use crate::webhooks::retry::failure_text;

const CODE_CHARS: std::ops::RangeInclusive<usize> = 1..=64;
/// Upper bound of the list; a city has fewer units.
const MAX_UNITS: u64 = 10_000;

/// The platform's codes of the linked units.
#[derive(Clone, Debug, Default)]
pub struct LinkedUnits(HashMap<UnitId, String>);

impl LinkedUnits {
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self> {
        let rows = linked_unit::Entity::find().limit(MAX_UNITS).all(db).await?;
        let codes = rows.into_iter().map(|row| (row.unit_id, row.platform_code));
        Ok(Self(codes.collect()))
    }

    /// Returns the platform's code of the unit, or `None` if it is not linked.
    #[must_use]
    pub fn code(&self, unit: UnitId) -> Option<&str> {
        self.0.get(&unit).map(String::as_str)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A unit of the list for administrators.
#[derive(Clone, Debug)]
pub struct LinkedUnit {
    pub unit: UnitId,
    pub code: String,
    pub name: String,
    pub platform_code: String,
}

/// A linked unit, with what was last exchanged with the platform about its orders.
#[derive(Clone, Debug)]
pub struct LinkState {
    pub linked: LinkedUnit,
    /// When the platform's newest event arrived.
    pub last_event_at: Option<DateTime<Utc>>,
    pub last_failure: Option<HandoverFailure>,
}

/// A delivery to the platform that failed.
#[derive(Clone, Debug)]
pub struct HandoverFailure {
    pub at: DateTime<Utc>,
    /// The HTTP status, or the reason without one.
    pub why: String,
}

/// Lists the linked units in the order of the city's units.
pub async fn list(app: &App) -> Result<Vec<LinkedUnit>> {
    let states = states(app).await?.into_iter();
    Ok(states.map(|state| state.linked).collect())
}

/// Lists the linked units like [`list`], with their state.
pub async fn states(app: &App) -> Result<Vec<LinkState>> {
    let rows = linked_unit::Entity::find().limit(MAX_UNITS).all(&app.db).await?;
    let mut rows: HashMap<UnitId, linked_unit::Model> =
        rows.into_iter().map(|row| (row.unit_id, row)).collect();
    let city = app.state::<CityHandle>().load();
    let units = city.units.all().iter();
    Ok(units
        .filter_map(|unit| Some(state(unit, rows.remove(&unit.id)?)))
        .collect())
}

fn state(unit: &Unit, row: linked_unit::Model) -> LinkState {
    let linked_unit::Model {
        unit_id,
        platform_code,
        updated_at: _,
        last_event_at,
        last_failure_at,
        last_failure,
    } = row;
    let failure = last_failure_at.zip(last_failure);
    LinkState {
        linked: LinkedUnit {
            unit: unit_id,
            code: unit.code.clone(),
            name: unit.name.clone(),
            platform_code,
        },
        last_event_at,
        last_failure: failure.map(|(at, why)| HandoverFailure {
            at,
            why: failure_text(why),
        }),
    }
}

/// Records that an event of the platform about an order of this unit has arrived. Does nothing if the unit is not linked.
pub async fn record_event(txn: &impl ConnectionTrait, unit: UnitId, now: DateTime<Utc>) -> Result<()> {
    linked_unit::Entity::update_many()
        .col_expr(linked_unit::Column::LastEventAt, Expr::value(now))
        .filter(linked_unit::Column::UnitId.eq(unit))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records failed deliveries: why, by the platform's code of the order's unit. Locks rows in the order of the codes, so
/// two replicas cannot wait for each other.
pub async fn record_failures(
    txn: &impl ConnectionTrait,
    failures: BTreeMap<String, String>,
    now: DateTime<Utc>,
) -> Result<()> {
    for (platform_code, why) in failures {
        linked_unit::Entity::update_many()
            .col_expr(linked_unit::Column::LastFailureAt, Expr::value(now))
            .col_expr(linked_unit::Column::LastFailure, Expr::value(why))
            .filter(linked_unit::Column::PlatformCode.eq(platform_code))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Links a unit (by id, code or name) under the platform's code.
///
/// # Errors
/// 404 for an unknown unit, 422 for a code that is malformed or belongs to another unit.
pub async fn link(app: &App, by: AuditActor, unit: &str, platform_code: &str) -> Result<LinkedUnit> {
    let now = app.clock.now();
    let code = platform_code.trim();
    let visible = code.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if !visible || !CODE_CHARS.contains(&code.chars().count()) {
        return Err(fault("malformed", "平台编码应为1至64个字符，不含空格。"));
    }
    let city = app.state::<CityHandle>().load();
    let unit = city.units.resolve(unit).ok_or_else(Error::not_found)?;
    let txn = db::write(&app.db).await?;
    match by_code(&txn, code).await? {
        Some(holder) if holder != unit.id => {
            return Err(fault("code_taken", "这个平台编码已用于另一单位。"));
        }
        // Linked under this code before: no change, and no act.
        Some(_) => {}
        None => {
            save(&txn, unit.id, code, now).await?;
            audit_log::record(&txn, act(by, ActKind::UnitLinked, unit, code), now).await?;
        }
    }
    txn.commit().await?;
    Ok(LinkedUnit {
        unit: unit.id,
        code: unit.code.clone(),
        name: unit.name.clone(),
        platform_code: code.to_owned(),
    })
}

/// Ends the link of a unit (by id, code or name).
///
/// # Errors
/// 404 for an unknown unit and for one that is not linked.
pub async fn unlink(app: &App, by: AuditActor, unit: &str) -> Result<()> {
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let unit = city.units.resolve(unit).ok_or_else(Error::not_found)?;
    let txn = db::write(&app.db).await?;
    let linked = linked_unit::Entity::find_by_id(unit.id).one(&txn).await?;
    let code = linked.ok_or_else(Error::not_found)?.platform_code;
    let deleted = linked_unit::Entity::delete_by_id(unit.id).exec(&txn).await?;
    if deleted.rows_affected == 0 {
        return Err(Error::not_found());
    }
    audit_log::record(&txn, act(by, ActKind::UnitUnlinked, unit, &code), now).await?;
    txn.commit().await?;
    Ok(())
}

fn act<'a>(by: AuditActor, kind: ActKind, unit: &'a Unit, platform_code: &str) -> AuditEntry<'a> {
    AuditEntry {
        by,
        kind,
        subject: &unit.name,
        detail: json!({ "unit": unit.id, "platform_code": platform_code }),
    }
}

/// Returns the unit with this code on the platform.
pub async fn by_code(db: &impl ConnectionTrait, platform_code: &str) -> Result<Option<UnitId>> {
    let query = linked_unit::Entity::find().filter(linked_unit::Column::PlatformCode.eq(platform_code));
    Ok(query.one(db).await?.map(|row| row.unit_id))
}

async fn save(txn: &impl ConnectionTrait, unit: UnitId, code: &str, now: DateTime<Utc>) -> Result<()> {
    let row = linked_unit::ActiveModel {
        unit_id: Set(unit),
        platform_code: Set(code.to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    let known = OnConflict::column(linked_unit::Column::UnitId)
        .update_columns([linked_unit::Column::PlatformCode, linked_unit::Column::UpdatedAt])
        .to_owned();
    linked_unit::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

fn fault(code: &'static str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new("platform_code", code, detail)])
}
