//! Imports a list of units. A unit keeps its id as long as its code is in the list.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::{ActKind, GenerationKind};
use entity::unit;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::city::csv_rows::{CsvLine, Fault, UnitRow, fault};
use crate::city::import::{
    ChangeKind, ImportFile, ImportSummary, Imported, ImportedRows, difference, divisions, finish, held_rows,
    table_rows,
};
use crate::city::{check, seed};
use crate::db::{self, Db};
use crate::error::Result;

/// Loads a table of units (the columns of a pack's `units.csv`) as the list in force.
pub async fn departments(db: &Db, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    let file = given.file;
    let places = std::sync::Arc::new(divisions(db).await?);
    let known = places.clone();
    let read = given
        .read_table(move |file| table_rows::units(file, &known))
        .await?;
    let (lines, table) = match read {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let txn = db::write(db).await?;
    let counties = places.counties.iter().map(String::as_str).collect();
    let townships = places.townships.iter().map(|(code, _)| code.as_str()).collect();
    let mut faults = check::units(file, &lines, &counties, &townships);
    let held = unit::Entity::find().all(&txn).await?;
    let listed: HashSet<&str> = lines.iter().map(|l| l.row.code.as_str()).collect();
    let left: Vec<unit::Model> = held
        .iter()
        .filter(|row| row.active && !given.keep_missing && !listed.contains(row.code.as_str()))
        .cloned()
        .collect();
    let held_rows = held_rows::Held::load(&txn, &left).await?;
    faults.extend(still_needed(file, &left, &held_rows, given.release_orders));
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let mut report = put(&txn, &lines, held, now).await?;
    report.table = table;
    for row in left {
        report.left_units.push(held_rows.left_unit(&row));
        report.note(ChangeKind::Left, row.name, row.code);
        let gone = unit::ActiveModel {
            id: Set(row.id),
            active: Set(false),
            updated_at: Set(now),
            ..Default::default()
        };
        gone.update(&txn).await?;
    }
    let rows = ImportedRows {
        generation: GenerationKind::Units,
        kind: ActKind::UnitsImported,
    };
    finish(txn, given, rows, report, now).await
}

/// A unit cannot leave while the duty table names it, or while it has open orders, parts of orders, sites or staff.
fn still_needed(
    file: &str,
    left: &[unit::Model],
    held: &held_rows::Held,
    release_orders: bool,
) -> Vec<Fault> {
    let needed = left.iter().filter_map(|row| {
        let holds = held.described(row.id, release_orders);
        (!holds.is_empty()).then(|| Fault {
            code: "unit_in_use",
            ..fault(
                file,
                0,
                &format!(
                    "{}（{}）不在名单里，但它名下还有{}；请先改派、调整，或者保留这个单位。",
                    row.name,
                    row.code,
                    holds.join("、")
                ),
            )
        })
    });
    needed.collect()
}

async fn put(
    connection: &impl ConnectionTrait,
    lines: &[CsvLine<UnitRow>],
    held: Vec<unit::Model>,
    now: DateTime<Utc>,
) -> Result<ImportSummary> {
    let held: HashMap<String, unit::Model> = held.into_iter().map(|row| (row.code.clone(), row)).collect();
    let ids: HashMap<&str, UnitId> = lines
        .iter()
        .map(|l| {
            let code = l.row.code.as_str();
            (code, held.get(code).map_or_else(UnitId::generate, |row| row.id))
        })
        .collect();
    let mut report = ImportSummary::default();
    let (mut tops, mut others) = (Vec::new(), Vec::new());
    for CsvLine { row, .. } in lines {
        let wanted = model(row, &ids, held.get(&row.code), now);
        match held.get(&row.code) {
            None => {
                report.note(ChangeKind::Added, row.name.clone(), row.code.clone());
                let level = if row.parent.is_none() {
                    &mut tops
                } else {
                    &mut others
                };
                level.push(wanted);
            }
            Some(before) if *before == wanted => report.unchanged += 1,
            Some(before) => {
                report.note(ChangeKind::Changed, row.name.clone(), told(before, &wanted));
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

/// Describes the changed fields of a unit.
fn told(before: &unit::Model, after: &unit::Model) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let differences = [
        (!before.active).then(|| "重新启用".to_owned()),
        difference("名称", &before.name, &after.name),
        difference("简称", &text(&before.alias), &text(&after.alias)),
        difference("类型", before.level.as_str(), after.level.as_str()),
        difference("区县", &text(&before.area_code), &text(&after.area_code)),
        difference(
            "乡镇街道",
            &text(&before.township_code),
            &text(&after.township_code),
        ),
        (before.parent_id != after.parent_id).then(|| "上级单位改变".to_owned()),
    ];
    let differences: Vec<String> = differences.into_iter().flatten().collect();
    differences.join("；")
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
