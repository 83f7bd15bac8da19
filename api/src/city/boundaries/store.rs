//! Queries on `boundary_set` and `area`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::BoundarySetId;
use entity::kinds::{AreaLevel, GenerationKind};
use entity::{area, boundary_set, unit};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest as _, Sha256};

use crate::city::pack::boundary_file;
use crate::city::{seed, store};
use crate::error::Result;
use places::boundaries::{self, Boundary, BoundaryLevel};

/// The set in force.
pub async fn active(connection: &impl ConnectionTrait) -> Result<Option<boundary_set::Model>> {
    let query = boundary_set::Entity::find().filter(boundary_set::Column::Active.eq(true));
    Ok(query.one(connection).await?)
}

pub async fn set(
    connection: &impl ConnectionTrait,
    id: BoundarySetId,
) -> Result<Option<boundary_set::Model>> {
    Ok(boundary_set::Entity::find_by_id(id).one(connection).await?)
}

/// The set that was loaded from this very file.
pub async fn by_file_hash(
    connection: &impl ConnectionTrait,
    sha256: &str,
) -> Result<Option<boundary_set::Model>> {
    let query = boundary_set::Entity::find()
        .filter(boundary_set::Column::Sha256.eq(sha256))
        .order_by_desc(boundary_set::Column::LoadedAt);
    Ok(query.one(connection).await?)
}

/// The sets, the latest loaded first, each with its number of outlined counties.
pub async fn newest(
    connection: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<(boundary_set::Model, i64)>> {
    let sets = boundary_set::Entity::find()
        .order_by_desc(boundary_set::Column::LoadedAt)
        .order_by_desc(boundary_set::Column::Id)
        .limit(limit)
        .all(connection)
        .await?;
    let counts: Vec<(BoundarySetId, i64)> = area::Entity::find()
        .select_only()
        .column(area::Column::BoundarySetId)
        .column_as(area::Column::Code.count(), "areas")
        .filter(area::Column::Level.eq(AreaLevel::County))
        .filter(area::Column::BoundarySetId.is_in(sets.iter().map(|set| set.id)))
        .group_by(area::Column::BoundarySetId)
        .into_tuple()
        .all(connection)
        .await?;
    let counts: HashMap<BoundarySetId, i64> = counts.into_iter().collect();
    Ok(sets
        .into_iter()
        .map(|set| {
            let count = counts.get(&set.id).copied().unwrap_or_default();
            (set, count)
        })
        .collect())
}

pub async fn areas(connection: &impl ConnectionTrait, set: BoundarySetId) -> Result<Vec<area::Model>> {
    let query = area::Entity::find()
        .filter(area::Column::BoundarySetId.eq(set))
        .order_by_asc(area::Column::Position);
    Ok(query.all(connection).await?)
}

/// The outlined counties among these rows.
pub fn counties(rows: Vec<area::Model>) -> Result<Vec<Boundary>> {
    let mut counties = Vec::new();
    for row in rows.into_iter().filter(|row| row.level == AreaLevel::County) {
        let Some(geometry) = row.geometry else {
            continue;
        };
        let geometry: geojson::Geometry = serde_json::from_value(geometry).map_err(anyhow::Error::from)?;
        counties.push(Boundary {
            code: row.code,
            name: row.name,
            level: BoundaryLevel::County,
            parent: row.parent_code,
            outline: boundaries::trusted_outline(&geometry).map_err(anyhow::Error::msg)?,
        });
    }
    Ok(counties)
}

/// Returns the codes of the counties of active units.
pub async fn counties_of_units(connection: &impl ConnectionTrait) -> Result<HashSet<String>> {
    let codes: Vec<Option<String>> = unit::Entity::find()
        .select_only()
        .column(unit::Column::AreaCode)
        .filter(unit::Column::Active.eq(true))
        .distinct()
        .into_tuple()
        .all(connection)
        .await?;
    Ok(codes.into_iter().flatten().collect())
}

pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Writes a set that is not in force; townships without outlines are taken over from `old`.
pub async fn insert(
    txn: &impl ConnectionTrait,
    text: &str,
    shapes: &[Boundary],
    old: Vec<area::Model>,
    now: DateTime<Utc>,
) -> Result<boundary_set::Model> {
    let says = boundary_file(text.to_owned());
    let set = boundary_set::Model {
        id: BoundarySetId::generate(),
        name: says.name,
        source: says.source,
        as_of: says.as_of.as_deref().and_then(|text| text.parse().ok()),
        sha256: sha256(text),
        active: false,
        loaded_at: now,
        activated_at: None,
    };
    boundary_set::Entity::insert(boundary_set::ActiveModel::from(set.clone()).reset_all())
        .exec_without_returning(txn)
        .await?;
    let given: HashSet<&str> = shapes.iter().map(|shape| shape.code.as_str()).collect();
    let kept = old
        .into_iter()
        .filter(|row| row.level == AreaLevel::Township && !given.contains(row.code.as_str()))
        .map(|row| {
            let mut row = row.into_active_model().reset_all();
            row.boundary_set_id = Set(set.id);
            row
        });
    let rows = shapes
        .iter()
        .enumerate()
        .map(|(position, shape)| seed::area_row(set.id, position, shape));
    seed::insert_all(txn, rows.chain(kept).collect()).await?;
    Ok(set)
}

/// One set for the other, in one transaction: no reader ever sees none or two.
pub async fn activate(txn: &impl ConnectionTrait, id: BoundarySetId, now: DateTime<Utc>) -> Result<()> {
    // First, because it locks the row: of two concurrent activations, the second waits here.
    store::bump_generation(txn, GenerationKind::Areas, now).await?;
    boundary_set::Entity::update_many()
        .col_expr(boundary_set::Column::Active, Expr::value(false))
        .filter(boundary_set::Column::Active.eq(true))
        .exec(txn)
        .await?;
    boundary_set::Entity::update_many()
        .col_expr(boundary_set::Column::Active, Expr::value(true))
        .col_expr(boundary_set::Column::ActivatedAt, Expr::value(now))
        .filter(boundary_set::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}
