//! Imports boundaries and activates them at once. Orders keep the set they were judged by.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::area;
use entity::kinds::{ActKind, GenerationKind};

use crate::city::boundaries::load::{active_rows, county_codes, missing, told};
use crate::city::boundaries::store;
use crate::city::import::{ChangeKind, ImportFile, ImportSummary, Imported, ImportedRows, finish};
use crate::db::{self, Db};
use places::boundaries::{self, Boundary};

/// Loads a GeoJSON file as the set in force.
pub async fn areas(db: &Db, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    let text = match given.text() {
        Ok(text) => text,
        Err(faults) => return Ok(Err(faults)),
    };
    let shapes = match boundaries::read(text) {
        Ok(shapes) => shapes,
        Err(found) => return Ok(Err(told(given.file, &found))),
    };
    let txn = db::write(db).await?;
    let held = store::active(&txn).await?;
    if held.is_some_and(|set| set.sha256 == store::sha256(text)) {
        return Ok(Ok(ImportSummary {
            unchanged: shapes.len(),
            ..ImportSummary::default()
        }));
    }
    let old = active_rows(&txn).await?;
    let faults = missing(&txn, given.file, &county_codes(&shapes), &old).await?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let report = compare(&shapes, &old);
    let set = store::insert(&txn, text, &shapes, old, now).await?;
    store::activate(&txn, set.id, now).await?;
    let rows = ImportedRows {
        generation: GenerationKind::Areas,
        kind: ActKind::BoundariesActivated,
    };
    finish(txn, given, rows, report, now).await
}

fn compare(shapes: &[Boundary], old: &[area::Model]) -> ImportSummary {
    let outlined = old.iter().filter(|row| row.geometry.is_some());
    let mut before: HashMap<&str, &area::Model> = outlined.map(|row| (row.code.as_str(), row)).collect();
    let mut report = ImportSummary::default();
    for shape in shapes {
        let geometry = serde_json::to_value(geojson::Geometry::from(&shape.outline)).ok();
        let (name, code) = (shape.name.as_str(), shape.code.as_str());
        match before.remove(code) {
            None => report.note(ChangeKind::Added, name, code),
            Some(row) if row.name == shape.name && row.geometry == geometry => report.unchanged += 1,
            Some(_) => report.note(ChangeKind::Changed, name, code),
        }
    }
    for row in before.into_values() {
        report.note(ChangeKind::Left, row.name.as_str(), row.code.as_str());
    }
    report
}
