//! A new list of units. A unit keeps its id for as long as its code stands in the list.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::{duty_rule, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait,
    QueryFilter, QuerySelect as _,
};

use crate::city::import::{Imported, Report, divisions};
use crate::city::rows::{self, Fault, Line, UnitRow, fault};
use crate::city::{check, seed, store};
use crate::db;
use crate::error::Result;

/// Loads a CSV of units (the columns of a pack's `units.csv`) as the list in force.
pub async fn departments(db: &DatabaseConnection, file: &str, text: &str, now: DateTime<Utc>) -> Imported {
    let lines = match rows::read::<UnitRow>(file, text) {
        Ok(lines) => lines,
        Err(faults) => return Ok(Err(faults)),
    };
    let txn = db::write(db).await?;
    let places = divisions(&txn).await?;
    let counties = places.counties.iter().map(String::as_str).collect();
    let townships = places.townships.iter().map(|(code, _)| code.as_str()).collect();
    let mut faults = check::units(file, &lines, &counties, &townships);
    let held = unit::Entity::find().all(&txn).await?;
    let given: HashSet<&str> = lines.iter().map(|l| l.row.code.as_str()).collect();
    let left: Vec<unit::Model> = held
        .iter()
        .filter(|row| row.active && !given.contains(row.code.as_str()))
        .cloned()
        .collect();
    faults.extend(still_needed(&txn, file, &left).await?);
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let mut report = put(&txn, &lines, held, now).await?;
    report.left = left.len();
    for row in left {
        let gone = unit::ActiveModel {
            id: Set(row.id),
            active: Set(false),
            updated_at: Set(now),
            ..Default::default()
        };
        gone.update(&txn).await?;
    }
    if report.added + report.changed + report.left > 0 {
        store::touch(&txn, "units", now).await?;
    }
    txn.commit().await?;
    Ok(Ok(report))
}

/// A unit that the duty table sends matters to cannot go.
async fn still_needed(
    connection: &impl ConnectionTrait,
    file: &str,
    left: &[unit::Model],
) -> Result<Vec<Fault>> {
    let leads: Vec<UnitId> = duty_rule::Entity::find()
        .filter(duty_rule::Column::Active.eq(true))
        .select_only()
        .column(duty_rule::Column::LeadUnitId)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?;
    let leads: HashSet<UnitId> = leads.into_iter().collect();
    let needed = left.iter().filter(|row| leads.contains(&row.id));
    let said = |row: &unit::Model| {
        let reason = format!("{} is not in the list but in charge by the duty table", row.code);
        fault(file, 0, &reason)
    };
    Ok(needed.map(said).collect())
}

async fn put(
    connection: &impl ConnectionTrait,
    lines: &[Line<UnitRow>],
    held: Vec<unit::Model>,
    now: DateTime<Utc>,
) -> Result<Report> {
    let held: HashMap<String, unit::Model> = held.into_iter().map(|row| (row.code.clone(), row)).collect();
    let ids: HashMap<&str, UnitId> = lines
        .iter()
        .map(|l| {
            let code = l.row.code.as_str();
            (code, held.get(code).map_or_else(UnitId::generate, |row| row.id))
        })
        .collect();
    let mut report = Report::default();
    let (mut tops, mut others) = (Vec::new(), Vec::new());
    for Line { row, .. } in lines {
        let wanted = model(row, &ids, held.get(&row.code), now);
        match held.get(&row.code) {
            None => {
                report.added += 1;
                let level = if row.parent.is_none() {
                    &mut tops
                } else {
                    &mut others
                };
                level.push(wanted);
            }
            Some(before) if *before == wanted => report.unchanged += 1,
            Some(_) => {
                report.changed += 1;
                let mut wanted = unit::ActiveModel::from(wanted).reset_all();
                wanted.updated_at = Set(now);
                wanted.update(connection).await?;
            }
        }
    }
    // Parents first: a unit refers to the one above it.
    for level in [tops, others] {
        let rows = level
            .into_iter()
            .map(|row| unit::ActiveModel::from(row).reset_all());
        seed::insert_all(connection, rows.collect()).await?;
    }
    Ok(report)
}

/// The row as the list has it; what the list does not say stays as it was.
fn model(
    row: &UnitRow,
    ids: &HashMap<&str, UnitId>,
    held: Option<&unit::Model>,
    now: DateTime<Utc>,
) -> unit::Model {
    let id = |code: &str| ids.get(code).copied();
    unit::Model {
        id: id(&row.code).unwrap_or_else(UnitId::generate),
        code: row.code.clone(),
        name: row.name.clone(),
        alias: row.alias.clone(),
        level: row.level,
        area_code: row.county.clone(),
        township_code: row.township.clone(),
        parent_id: row.parent.as_deref().and_then(id),
        phone: held.and_then(|row| row.phone.clone()),
        active: true,
        created_at: held.map_or(now, |row| row.created_at),
        updated_at: held.map_or(now, |row| row.updated_at),
    }
}
