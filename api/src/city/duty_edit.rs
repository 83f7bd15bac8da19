//! Changes of single rows of the duty table by an administrator. Rows that are replaced stay as inactive, because old
//! orders refer to them.

use entity::duty_rule;
use entity::ids::{DutyRuleId, UnitId};
use entity::kinds::{ActKind, GenerationKind, Role, ScopeKind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter,
};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::city::duty_table::ANY;
use crate::city::refresh;
use crate::city::snapshot::{City, CityHandle};
use crate::db::{self, WriteTransaction};
use crate::error::{Error, ErrorKind, FieldError, Result};

const PRECEDENCE: std::ops::RangeInclusive<i32> = -100..=100;
const MAX_SUPPORTS: usize = 10;

/// Who handles what a row names: units by name, short name or code.
#[derive(Clone, Debug)]
pub struct RowUnits {
    pub lead: String,
    pub supports: Vec<String>,
    pub precedence: i32,
}

/// A new row.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// A code of either level, or `*`.
    pub category: String,
    pub scope: ScopeKind,
    /// A county's or township's code, a zone's name, or `*` for the city.
    pub scope_code: String,
    pub units: RowUnits,
}

struct ResolvedUnits {
    lead: UnitId,
    supports: Vec<UnitId>,
    precedence: i32,
}

/// Adds a row.
///
/// # Errors
/// 422 for an unknown category, place or unit, 409 `duty_row_conflict` if a row of equal weight is there already.
pub async fn add(app: &App, caller: &Caller, new: NewRow) -> Result<()> {
    caller.require(Role::Admin)?;
    let city = app.state::<CityHandle>().load();
    check_place(&city, &new)?;
    let units = resolve(&city, &new.units)?;
    let txn = db::write(&app.db).await?;
    let row = duty_rule::Model {
        id: DutyRuleId::generate(),
        category_code: new.category,
        level: new.scope.as_str().to_owned(),
        scope_kind: new.scope,
        scope_code: new.scope_code,
        lead_unit_id: units.lead,
        support_unit_ids: json!(units.supports),
        precedence: units.precedence,
        source: source(caller),
        active: true,
    };
    check_conflict(&txn, &city, &row, None).await?;
    insert(&txn, row.clone()).await?;
    finish(app, txn, caller, &row, "added").await
}

/// Gives a row other units or another precedence. Category and place stay: another place is another row.
///
/// # Errors
/// 404 if the row is not active, 422 for an unknown unit, 409 `duty_row_conflict`.
pub async fn change(app: &App, caller: &Caller, id: DutyRuleId, units: &RowUnits) -> Result<()> {
    caller.require(Role::Admin)?;
    let city = app.state::<CityHandle>().load();
    let units = resolve(&city, units)?;
    let txn = db::write(&app.db).await?;
    let held = active(&txn, id).await?;
    let row = duty_rule::Model {
        id: DutyRuleId::generate(),
        lead_unit_id: units.lead,
        support_unit_ids: json!(units.supports),
        precedence: units.precedence,
        source: source(caller),
        ..held.clone()
    };
    check_conflict(&txn, &city, &row, Some(id)).await?;
    deactivate(&txn, held).await?;
    insert(&txn, row.clone()).await?;
    finish(app, txn, caller, &row, "changed").await
}

/// Deactivates a row: wider rows, or the county's government, take its matters over.
pub async fn remove(app: &App, caller: &Caller, id: DutyRuleId) -> Result<()> {
    caller.require(Role::Admin)?;
    let txn = db::write(&app.db).await?;
    let held = active(&txn, id).await?;
    deactivate(&txn, held.clone()).await?;
    finish(app, txn, caller, &held, "left").await
}

fn source(caller: &Caller) -> String {
    format!("{}在页面上修改", caller.name)
}

fn check_place(city: &City, new: &NewRow) -> Result<()> {
    let mut faults = Vec::new();
    let categories = city.categories.all();
    if new.category != ANY && !categories.iter().any(|one| one.code == new.category) {
        faults.push(FieldError::new("category", "unknown_category", "没有这个类别。"));
    }
    let known = match new.scope {
        ScopeKind::City => new.scope_code == ANY,
        ScopeKind::County => city.county(&new.scope_code).is_some(),
        ScopeKind::Township => city.township(&new.scope_code).is_some(),
        ScopeKind::Zone => {
            let zones = city.words.townships();
            zones
                .iter()
                .any(|town| town.zone.as_deref() == Some(new.scope_code.as_str()))
        }
    };
    if !known {
        faults.push(FieldError::new("scope", "unknown_place", "没有这个范围。"));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}

fn resolve(city: &City, given: &RowUnits) -> Result<ResolvedUnits> {
    let mut faults = Vec::new();
    let mut unit = |field: &str, name: &str| {
        let found = city.units.resolve(name).map(|unit| unit.id);
        if found.is_none() {
            let detail = format!("没有叫“{name}”的单位。");
            faults.push(FieldError::new(field, "unknown_unit", detail));
        }
        found
    };
    let lead = unit("lead", &given.lead);
    let supports: Vec<UnitId> = given
        .supports
        .iter()
        .filter_map(|name| unit("supports", name))
        .filter(|id| Some(*id) != lead)
        .collect();
    if supports.len() > MAX_SUPPORTS {
        let detail = format!("协办单位最多 {MAX_SUPPORTS} 个。");
        faults.push(FieldError::new("supports", "too_many", detail));
    }
    if !PRECEDENCE.contains(&given.precedence) {
        faults.push(FieldError::new(
            "precedence",
            "out_of_range",
            "优先级应为 -100 到 100 的整数。",
        ));
    }
    match lead {
        Some(lead) if faults.is_empty() => Ok(ResolvedUnits {
            lead,
            supports,
            precedence: given.precedence,
        }),
        _ => Err(Error::invalid(faults)),
    }
}

async fn active(txn: &impl ConnectionTrait, id: DutyRuleId) -> Result<duty_rule::Model> {
    let row = duty_rule::Entity::find_by_id(id).one(txn).await?;
    row.filter(|row| row.active).ok_or_else(Error::not_found)
}

/// Refuses a second row between which and an active one only luck could decide.
async fn check_conflict(
    txn: &impl ConnectionTrait,
    city: &City,
    row: &duty_rule::Model,
    replaces: Option<DutyRuleId>,
) -> Result<()> {
    use duty_rule::Column as C;
    let alike = duty_rule::Entity::find()
        .filter(C::Active.eq(true))
        .filter(C::CategoryCode.eq(row.category_code.as_str()))
        .filter(C::ScopeKind.eq(row.scope_kind))
        .filter(C::ScopeCode.eq(row.scope_code.as_str()))
        .filter(C::Precedence.eq(row.precedence))
        .all(txn)
        .await?;
    let Some(other) = alike.into_iter().find(|other| Some(other.id) != replaces) else {
        return Ok(());
    };
    let unit = city
        .unit(other.lead_unit_id)
        .map_or("另一单位", |unit| unit.name.as_str());
    let detail =
        format!("已有同样类别、范围和优先级的条目，由{unit}主办。请修改那一条，或填写不同的优先级。");
    Err(Error::refused(ErrorKind::Conflict, "duty_row_conflict", detail))
}

async fn deactivate(txn: &impl ConnectionTrait, row: duty_rule::Model) -> Result<()> {
    let mut row = row.into_active_model();
    row.active = Set(false);
    duty_rule::Entity::update(row).exec(txn).await?;
    Ok(())
}

async fn insert(txn: &impl ConnectionTrait, row: duty_rule::Model) -> Result<()> {
    let row = row.into_active_model().reset_all();
    duty_rule::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

async fn finish(
    app: &App,
    txn: WriteTransaction,
    caller: &Caller,
    row: &duty_rule::Model,
    what: &str,
) -> Result<()> {
    let now = app.clock.now();
    refresh::publish_change(&txn, GenerationKind::Duty, now).await?;
    let subject = format!("{} {}:{}", row.category_code, row.scope_kind, row.scope_code);
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind: ActKind::DutyChanged,
        subject: &subject,
        detail: json!({ what: 1, "unit": row.lead_unit_id, "precedence": row.precedence }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await?;
    refresh::refresh_now(app).await;
    Ok(())
}
