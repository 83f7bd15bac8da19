//! Rows of units that leave the list and must not stay without a unit.

use std::collections::{HashMap, HashSet};

use entity::ids::UnitId;
use entity::kinds::{AssignmentRole, AssignmentStatus, Status};
use entity::{assignment, duty_rule, order, person, site, unit};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect as _};

use crate::city::import::LeftUnit;
use crate::error::Result;

/// Numbers of orders that are named for one unit; all are counted.
const MAX_NUMBERS: usize = 10;
/// Numbers read for all units together.
const MAX_READ: u64 = 5_000;

#[derive(Default)]
struct OfUnit {
    /// Dispatched or in progress: an operator can dispatch them elsewhere.
    handled: i64,
    /// Waiting for a verdict, or open otherwise.
    waiting: i64,
    numbers: Vec<String>,
    parts: i64,
    sites: i64,
    staff: i64,
    in_duty_table: bool,
}

pub struct Held(HashMap<UnitId, OfUnit>);

impl Held {
    pub async fn load(connection: &impl ConnectionTrait, units: &[unit::Model]) -> Result<Self> {
        let ids: Vec<UnitId> = units.iter().map(|unit| unit.id).collect();
        let mut held = Self(ids.iter().map(|id| (*id, OfUnit::default())).collect());
        held.load_orders(connection, &ids).await?;
        held.load_counts(connection, &ids).await?;
        held.load_duty(connection).await?;
        Ok(held)
    }

    fn change(&mut self, unit: UnitId, change: impl FnOnce(&mut OfUnit)) {
        if let Some(held) = self.0.get_mut(&unit) {
            change(held);
        }
    }

    async fn load_orders(&mut self, connection: &impl ConnectionTrait, ids: &[UnitId]) -> Result<()> {
        let open = || {
            order::Entity::find()
                .filter(order::Column::UnitId.is_in(ids.iter().copied()))
                .filter(order::Column::Status.is_not_in([Status::Closed, Status::Cancelled]))
                .select_only()
                .column(order::Column::UnitId)
        };
        let counted = open()
            .column(order::Column::Status)
            .column_as(order::Column::Id.count(), "held")
            .group_by(order::Column::UnitId)
            .group_by(order::Column::Status);
        let rows: Vec<(UnitId, Status, i64)> = counted.into_tuple().all(connection).await?;
        for (unit, status, count) in rows {
            self.change(unit, |held| match status {
                Status::Dispatched | Status::InProgress => held.handled += count,
                _ => held.waiting += count,
            });
        }
        let named = open()
            .column(order::Column::Number)
            .order_by_asc(order::Column::Number);
        let rows: Vec<(UnitId, String)> = named.limit(MAX_READ).into_tuple().all(connection).await?;
        for (unit, number) in rows {
            self.change(unit, |held| {
                if held.numbers.len() < MAX_NUMBERS {
                    held.numbers.push(number);
                }
            });
        }
        Ok(())
    }

    async fn load_counts(&mut self, connection: &impl ConnectionTrait, ids: &[UnitId]) -> Result<()> {
        let parts = assignment::Entity::find()
            .filter(assignment::Column::UnitId.is_in(ids.iter().copied()))
            .filter(assignment::Column::Role.ne(AssignmentRole::Lead))
            .filter(assignment::Column::Status.is_in([AssignmentStatus::Open, AssignmentStatus::Accepted]))
            .select_only()
            .column(assignment::Column::UnitId)
            .column_as(assignment::Column::Id.count(), "held")
            .group_by(assignment::Column::UnitId);
        let sites = site::Entity::find()
            .filter(site::Column::UnitId.is_in(ids.iter().copied()))
            .filter(site::Column::Active.eq(true))
            .select_only()
            .column(site::Column::UnitId)
            .column_as(site::Column::Id.count(), "held")
            .group_by(site::Column::UnitId);
        let staff = person::Entity::find()
            .filter(person::Column::UnitId.is_in(ids.iter().copied()))
            .filter(person::Column::Active.eq(true))
            .select_only()
            .column(person::Column::UnitId)
            .column_as(person::Column::Id.count(), "held")
            .group_by(person::Column::UnitId);
        let parts: Vec<(UnitId, i64)> = parts.into_tuple().all(connection).await?;
        let sites: Vec<(UnitId, i64)> = sites.into_tuple().all(connection).await?;
        let staff: Vec<(UnitId, i64)> = staff.into_tuple().all(connection).await?;
        for (unit, count) in parts {
            self.change(unit, |held| held.parts = count);
        }
        for (unit, count) in sites {
            self.change(unit, |held| held.sites = count);
        }
        for (unit, count) in staff {
            self.change(unit, |held| held.staff = count);
        }
        Ok(())
    }

    async fn load_duty(&mut self, connection: &impl ConnectionTrait) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let rules = duty_rule::Entity::find()
            .filter(duty_rule::Column::Active.eq(true))
            .all(connection)
            .await?;
        let supports = |rule: &duty_rule::Model| -> Vec<UnitId> {
            serde_json::from_value(rule.support_unit_ids.clone()).unwrap_or_default()
        };
        let named: HashSet<UnitId> = rules
            .iter()
            .flat_map(|rule| supports(rule).into_iter().chain([rule.lead_unit_id]))
            .collect();
        for unit in named {
            self.change(unit, |held| held.in_duty_table = true);
        }
        Ok(())
    }

    /// Describes what keeps a unit in the list; with `release_orders`, the orders that it handles do not.
    pub fn described(&self, unit: UnitId, release_orders: bool) -> Vec<String> {
        let Some(held) = self.0.get(&unit) else {
            return Vec::new();
        };
        let handled = if release_orders { 0 } else { held.handled };
        let orders = handled + held.waiting;
        let mut numbers = held.numbers.join("、");
        if orders > i64::try_from(held.numbers.len()).unwrap_or(i64::MAX) {
            numbers.push('等');
        }
        let duty = held.in_duty_table.then(|| "派单目录里的事项".to_owned());
        let orders = (orders > 0).then(|| format!(" {orders} 件未办结的工单（{numbers}）"));
        let counts = [
            (held.parts, "项未完成的协办、下派任务"),
            (held.sites, "个点位"),
            (held.staff, "名工作人员"),
        ];
        let counts = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!(" {count} {what}"));
        duty.into_iter().chain(orders).chain(counts).collect()
    }

    pub fn left_unit(&self, row: &unit::Model) -> LeftUnit {
        let held = self.0.get(&row.id);
        LeftUnit {
            id: row.id,
            name: row.name.clone(),
            code: row.code.clone(),
            open_orders: held.map_or(0, |held| held.handled),
            numbers: held.map(|held| held.numbers.clone()).unwrap_or_default(),
        }
    }
}
