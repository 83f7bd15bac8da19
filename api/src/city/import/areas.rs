//! A new version of the boundaries. Orders keep the version they were judged by; nothing of it moves.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::BoundarySetId;
use entity::kinds::AreaLevel;
use entity::{area, boundary_set, unit};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel as _, QueryFilter,
};
use sha2::{Digest as _, Sha256};

use crate::city::import::{Imported, Report};
use crate::city::pack::boundary_file;
use crate::city::rows::{Fault, fault};
use crate::city::{seed, store};
use crate::db;
use crate::error::Result;
use places::shapes::{self, Shape};

/// Loads a GeoJSON file as the set in force.
pub async fn areas(db: &DatabaseConnection, file: &str, text: &str, now: DateTime<Utc>) -> Imported {
    let shapes = match shapes::read(text) {
        Ok(shapes) => shapes,
        Err(found) => {
            let said =
                |f: shapes::ShapeFault| fault(file, 0, &format!("feature {}: {}", f.feature, f.reason));
            return Ok(Err(found.into_iter().map(said).collect()));
        }
    };
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let txn = db::write(db).await?;
    let held = boundary_set::Entity::find()
        .filter(boundary_set::Column::Active.eq(true))
        .one(&txn)
        .await?;
    let old = match &held {
        Some(set) => {
            area::Entity::find()
                .filter(area::Column::BoundarySetId.eq(set.id))
                .all(&txn)
                .await?
        }
        None => Vec::new(),
    };
    if held.is_some_and(|set| set.sha256 == sha256) {
        return Ok(Ok(Report {
            unchanged: shapes.len(),
            ..Report::default()
        }));
    }
    let faults = missing(&txn, file, &shapes, &old).await?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let report = compare(&shapes, &old);
    put(&txn, text, sha256, &shapes, old, now).await?;
    store::touch(&txn, "areas", now).await?;
    txn.commit().await?;
    Ok(Ok(report))
}

/// Counties that units and townships stand in must be in the new set too.
async fn missing(
    connection: &impl ConnectionTrait,
    file: &str,
    shapes: &[Shape],
    old: &[area::Model],
) -> Result<Vec<Fault>> {
    let units = unit::Entity::find()
        .filter(unit::Column::Active.eq(true))
        .all(connection)
        .await?;
    let townships = old.iter().filter(|row| row.level == AreaLevel::Township);
    let counties = shapes.iter().filter(|shape| shape.level == AreaLevel::County);
    let given: HashSet<&str> = counties.map(|shape| shape.code.as_str()).collect();
    let needed: HashSet<&str> = units
        .iter()
        .filter_map(|unit| unit.area_code.as_deref())
        .chain(townships.filter_map(|row| row.parent_code.as_deref()))
        .collect();
    let mut missing: Vec<_> = needed.difference(&given).collect();
    missing.sort();
    let said = |code: &&&str| {
        fault(
            file,
            0,
            &format!("the county {code} has units or townships but no outline"),
        )
    };
    Ok(missing.iter().map(said).collect())
}

fn compare(shapes: &[Shape], old: &[area::Model]) -> Report {
    let outlined = old.iter().filter(|row| row.geometry.is_some());
    let mut before: HashMap<&str, &area::Model> = outlined.map(|row| (row.code.as_str(), row)).collect();
    let mut report = Report::default();
    for shape in shapes {
        let geometry = serde_json::to_value(geojson::Geometry::from(&shape.outline)).ok();
        match before.remove(shape.code.as_str()) {
            None => report.added += 1,
            Some(row) if row.name == shape.name && row.geometry == geometry => report.unchanged += 1,
            Some(_) => report.changed += 1,
        }
    }
    report.left = before.len();
    report
}

/// Writes the set and puts it in force; townships without outlines are taken over from the set before.
async fn put(
    connection: &impl ConnectionTrait,
    text: &str,
    sha256: String,
    shapes: &[Shape],
    old: Vec<area::Model>,
    now: DateTime<Utc>,
) -> Result<()> {
    boundary_set::Entity::update_many()
        .col_expr(boundary_set::Column::Active, Expr::value(false))
        .filter(boundary_set::Column::Active.eq(true))
        .exec(connection)
        .await?;
    let says = boundary_file(text.to_owned());
    let id = BoundarySetId::generate();
    let set = boundary_set::ActiveModel {
        id: Set(id),
        name: Set(says.name),
        source: Set(says.source),
        as_of: Set(says.as_of.as_deref().and_then(|text| text.parse().ok())),
        sha256: Set(sha256),
        active: Set(true),
        loaded_at: Set(now),
        activated_at: Set(Some(now)),
    };
    set.insert(connection).await?;
    let given: HashSet<&str> = shapes.iter().map(|shape| shape.code.as_str()).collect();
    let kept = old
        .into_iter()
        .filter(|row| row.level == AreaLevel::Township && !given.contains(row.code.as_str()))
        .map(|row| {
            let mut row = row.into_active_model().reset_all();
            row.boundary_set_id = Set(id);
            row
        });
    let rows = shapes
        .iter()
        .enumerate()
        .map(|(position, shape)| seed::area_row(id, position, shape));
    seed::insert_all(connection, rows.chain(kept).collect()).await
}
