//! Loads a GeoJSON file as a new, inactive boundary set.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::BoundarySetId;
use entity::kinds::{ActKind, AreaLevel};
use entity::{area, boundary_set};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditEntry};
use crate::city::boundaries::store;
use crate::city::csv_rows::{Fault, fault};
use crate::city::import::ImportFile;
use crate::db;
use crate::error::Result;
use places::boundaries::{self, Boundary, BoundaryLevel, ShapeFault};

/// The result of loading a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    New(BoundarySetId),
    /// The very same file was loaded before.
    Known(BoundarySetId),
}

/// Checks the file and stores it, not in force; or every fault, by feature.
pub async fn load(
    app: &App,
    given: &ImportFile<'_>,
    now: DateTime<Utc>,
) -> Result<std::result::Result<Loaded, Vec<Fault>>> {
    let given_text = match given.text() {
        Ok(text) => text,
        Err(faults) => return Ok(Err(faults)),
    };
    let text = given_text.to_owned();
    let (file, db) = (given.file, &app.db);
    let shapes = match tokio::task::spawn_blocking(move || boundaries::read(&text)).await {
        Ok(Ok(shapes)) => shapes,
        Ok(Err(found)) => return Ok(Err(told(file, &found))),
        Err(broken) => return Err(anyhow::Error::from(broken).into()),
    };
    if let Some(known) = store::by_file_hash(db, &store::sha256(given_text)).await? {
        return Ok(Ok(Loaded::Known(known.id)));
    }
    let txn = db::write(db).await?;
    let old = active_rows(&txn).await?;
    let faults = missing(&txn, file, &county_codes(&shapes), &old).await?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let set = store::insert(&txn, given_text, &shapes, old, now).await?;
    let act = AuditEntry {
        by: given.by,
        kind: ActKind::BoundariesLoaded,
        subject: called(&set, file),
        detail: json!({ "set": set.id, "areas": shapes.len() }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await?;
    Ok(Ok(Loaded::New(set.id)))
}

/// The rows of the set in force.
pub async fn active_rows(connection: &impl ConnectionTrait) -> Result<Vec<area::Model>> {
    match store::active(connection).await? {
        Some(set) => store::areas(connection, set.id).await,
        None => Ok(Vec::new()),
    }
}

/// Returns the counties of units and townships that are missing in a set; such a set cannot be activated.
pub async fn missing(
    connection: &impl ConnectionTrait,
    file: &str,
    counties: &HashSet<&str>,
    townships: &[area::Model],
) -> Result<Vec<Fault>> {
    let mut needed = store::counties_of_units(connection).await?;
    let of_townships = townships.iter().filter(|row| row.level == AreaLevel::Township);
    needed.extend(of_townships.filter_map(|row| row.parent_code.clone()));
    let mut missing: Vec<String> = needed
        .into_iter()
        .filter(|code| !counties.contains(code.as_str()))
        .collect();
    missing.sort();
    let said = |code: &String| {
        let reason = format!("区县 {code} 有单位或乡镇街道，但文件里没有它的轮廓");
        fault(file, 0, &reason)
    };
    Ok(missing.iter().map(said).collect())
}

/// The codes of the counties among shapes.
#[must_use]
pub fn county_codes(shapes: &[Boundary]) -> HashSet<&str> {
    let counties = shapes.iter().filter(|shape| shape.level == BoundaryLevel::County);
    counties.map(|shape| shape.code.as_str()).collect()
}

/// Each fault with the feature it is about.
#[must_use]
pub fn told(file: &str, faults: &[ShapeFault]) -> Vec<Fault> {
    let said = |found: &ShapeFault| match found.feature {
        0 => fault(file, 0, &found.reason),
        feature => fault(file, 0, &format!("第 {feature} 个要素：{}", found.reason)),
    };
    faults.iter().map(said).collect()
}

/// A set by its name, or by its file.
fn called<'a>(set: &'a boundary_set::Model, file: &'a str) -> &'a str {
    if set.name.is_empty() { file } else { &set.name }
}
