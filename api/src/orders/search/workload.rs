//! How many orders are open, by the unit that has them and by county.

use std::collections::HashMap;

use entity::ids::UnitId;
use entity::kinds::{Light, Status};
use entity::order;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::error::Result;

/// Open orders of one unit or one county.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    pub open: i64,
    pub overdue: i64,
    /// Waiting for an operator.
    pub triage: i64,
}

/// The open orders of the whole city, grouped.
#[derive(Clone, Debug, Default)]
pub struct Workloads {
    pub city: Workload,
    pub units: HashMap<UnitId, Workload>,
    /// By county-level code.
    pub areas: HashMap<String, Workload>,
}

/// Counts all open orders in one query.
pub async fn workloads(db: &impl ConnectionTrait) -> Result<Workloads> {
    type Row = (Option<UnitId>, Option<String>, Status, Light, i64);
    let rows: Vec<Row> = order::Entity::find()
        .select_only()
        .columns([
            order::Column::UnitId,
            order::Column::AreaCode,
            order::Column::Status,
            order::Column::Light,
        ])
        .column_as(order::Column::Id.count(), "orders")
        .filter(order::Column::Status.is_in(Status::OPEN))
        .filter(order::Column::MergedInto.is_null())
        .group_by(order::Column::UnitId)
        .group_by(order::Column::AreaCode)
        .group_by(order::Column::Status)
        .group_by(order::Column::Light)
        .into_tuple()
        .all(db)
        .await?;
    let mut all = Workloads::default();
    for (unit, area, status, light, count) in rows {
        let add = |load: &mut Workload| {
            load.open += count;
            load.overdue += if light == Light::Red { count } else { 0 };
            load.triage += if status == Status::Triage { count } else { 0 };
        };
        add(&mut all.city);
        if let Some(unit) = unit {
            add(all.units.entry(unit).or_default());
        }
        if let Some(area) = area {
            add(all.areas.entry(area).or_default());
        }
    }
    Ok(all)
}
