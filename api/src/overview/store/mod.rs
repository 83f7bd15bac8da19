//! Rows of the materialized counts: read for a screen, updated by the projection.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::{
    deadline, order, order_change, overview_counted, overview_dwell, overview_flow, overview_fold,
    overview_stock, supervision_order, verdict,
};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::count_deltas::{DwellKey, Flow, FlowKey, Stock, StockKey};
use super::period::Period;
use crate::db;
use crate::error::Result;

mod read;

pub use read::{flow, flow_by, medians, stock, stock_of};

const FOLD: i32 = 1;
/// Rows in one statement; SQLite takes 32,766 values, the widest row has 19.
const ROWS: usize = 500;

/// Whether any order waits to be counted.
pub async fn any_change(connection: &impl ConnectionTrait) -> Result<bool> {
    Ok(order_change::Entity::find().one(connection).await?.is_some())
}

/// How many changes wait, up to `limit`.
pub async fn count_waiting(connection: &impl ConnectionTrait, limit: u64) -> Result<usize> {
    let ids: Vec<i64> = order_change::Entity::find()
        .select_only()
        .column(order_change::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.len())
}

/// Locks the projection until the transaction ends. Returns `None` if another replica has the lock.
pub async fn try_lock(txn: &impl ConnectionTrait) -> Result<Option<overview_fold::Model>> {
    let mut query = overview_fold::Entity::find_by_id(FOLD);
    if db::supports_skip_locked(txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(txn).await?)
}

/// Waits for the right to fold.
pub async fn lock(txn: &impl ConnectionTrait) -> Result<()> {
    overview_fold::Entity::find_by_id(FOLD)
        .lock_exclusive()
        .one(txn)
        .await?;
    Ok(())
}

pub async fn state(connection: &impl ConnectionTrait) -> Result<Option<overview_fold::Model>> {
    Ok(overview_fold::Entity::find_by_id(FOLD).one(connection).await?)
}

pub async fn record_progress(txn: &impl ConnectionTrait, seq: i64, now: DateTime<Utc>) -> Result<()> {
    overview_fold::Entity::update_many()
        .col_expr(overview_fold::Column::Seq, Expr::value(seq))
        .col_expr(overview_fold::Column::FoldedAt, Expr::value(now))
        .filter(overview_fold::Column::Id.eq(FOLD))
        .exec(txn)
        .await?;
    Ok(())
}

/// The oldest changes. Their ids only say which to take away.
pub async fn changes(txn: &impl ConnectionTrait, limit: u64) -> Result<Vec<order_change::Model>> {
    Ok(order_change::Entity::find()
        .order_by_asc(order_change::Column::Id)
        .limit(limit)
        .all(txn)
        .await?)
}

pub async fn delete_changes(txn: &impl ConnectionTrait, ids: Vec<i64>) -> Result<()> {
    order_change::Entity::delete_many()
        .filter(order_change::Column::Id.is_in(ids))
        .exec(txn)
        .await?;
    Ok(())
}

/// Reads the counted rows of these orders: order, deadlines, verdicts, unanswered supervision orders.
pub async fn counted_rows(txn: &impl ConnectionTrait, ids: &[OrderId]) -> Result<CountedRows> {
    let of = || ids.iter().copied();
    let orders = order::Entity::find()
        .filter(order::Column::Id.is_in(of()))
        .all(txn)
        .await?;
    let clocks = deadline::Entity::find()
        .filter(deadline::Column::OrderId.is_in(of()))
        .all(txn)
        .await?;
    let verdicts = verdict::Entity::find()
        .filter(verdict::Column::OrderId.is_in(of()))
        .all(txn)
        .await?;
    let demands: Vec<OrderId> = supervision_order::Entity::find()
        .select_only()
        .column(supervision_order::Column::OrderId)
        .filter(supervision_order::Column::OrderId.is_in(of()))
        .filter(supervision_order::Column::AnsweredAt.is_null())
        .filter(supervision_order::Column::ClosedAt.is_null())
        .into_tuple()
        .all(txn)
        .await?;
    let mut rows = CountedRows {
        orders,
        ..CountedRows::default()
    };
    for clock in clocks {
        rows.clocks.entry(clock.order_id).or_default().push(clock);
    }
    for verdict in verdicts {
        rows.verdicts.entry(verdict.order_id).or_default().push(verdict);
    }
    for order in demands {
        *rows.demands.entry(order).or_default() += 1;
    }
    Ok(rows)
}

#[derive(Default)]
pub struct CountedRows {
    pub orders: Vec<order::Model>,
    pub clocks: HashMap<OrderId, Vec<deadline::Model>>,
    pub verdicts: HashMap<OrderId, Vec<verdict::Model>>,
    pub demands: HashMap<OrderId, i64>,
}

/// Reads the facts under which the orders are counted.
pub async fn facts(txn: &impl ConnectionTrait, ids: &[OrderId]) -> Result<HashMap<OrderId, String>> {
    let rows = overview_counted::Entity::find()
        .filter(overview_counted::Column::OrderId.is_in(ids.iter().copied()))
        .all(txn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.facts)).collect())
}

pub async fn save_facts(txn: &impl ConnectionTrait, facts: Vec<(OrderId, String)>) -> Result<()> {
    let update = OnConflict::column(overview_counted::Column::OrderId)
        .update_column(overview_counted::Column::Facts)
        .to_owned();
    for part in facts.chunks(ROWS) {
        let rows = part
            .iter()
            .map(|(order_id, facts)| overview_counted::ActiveModel {
                order_id: Set(*order_id),
                facts: Set(facts.clone()),
            });
        overview_counted::Entity::insert_many(rows)
            .on_conflict(update.clone())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// `n = n + what the insert brings`, for each of these columns.
macro_rules! add_columns {
    ($entity:ident, [$($key:ident),+], [$($column:ident),+ $(,)?]) => {
        OnConflict::columns([$($entity::Column::$key),+])
            $(.value(
                $entity::Column::$column,
                Expr::col(($entity::Entity, $entity::Column::$column))
                    .add(Expr::col(("excluded", $entity::Column::$column))),
            ))+
            .to_owned()
    };
}

pub async fn apply_stock(txn: &impl ConnectionTrait, by: HashMap<StockKey, Stock>) -> Result<()> {
    let adding = add_columns!(
        overview_stock,
        [Area, Subject, Status, Light],
        [Orders, Tracked, Difficult, Demands]
    );
    let rows: Vec<_> = by
        .into_iter()
        .map(|(key, stock)| {
            let StockKey {
                area,
                subject,
                status,
                light,
            } = key;
            let row = overview_stock::Model {
                area,
                subject,
                status,
                light,
                orders: stock.orders,
                tracked: stock.tracked,
                difficult: stock.difficult,
                demands: stock.demands,
            };
            row.into_active_model().reset_all()
        })
        .collect();
    for part in rows.chunks(ROWS) {
        overview_stock::Entity::insert_many(part.to_vec())
            .on_conflict(adding.clone())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

pub async fn apply_dwell(txn: &impl ConnectionTrait, by: HashMap<DwellKey, i64>) -> Result<()> {
    if by.is_empty() {
        return Ok(());
    }
    let takes_away = by.values().any(|orders| *orders < 0);
    let adding = add_columns!(overview_dwell, [Area, Status, Since], [Orders]);
    let rows: Vec<_> = by
        .into_iter()
        .map(|(key, orders)| {
            let DwellKey { area, status, since } = key;
            let row = overview_dwell::Model {
                area,
                status,
                since,
                orders,
            };
            row.into_active_model().reset_all()
        })
        .collect();
    for part in rows.chunks(ROWS) {
        overview_dwell::Entity::insert_many(part.to_vec())
            .on_conflict(adding.clone())
            .exec_without_returning(txn)
            .await?;
    }
    if takes_away {
        // Hours without orders are never read again.
        overview_dwell::Entity::delete_many()
            .filter(overview_dwell::Column::Orders.eq(0))
            .exec(txn)
            .await?;
    }
    Ok(())
}

pub async fn apply_flow(txn: &impl ConnectionTrait, by: HashMap<FlowKey, Flow>) -> Result<()> {
    let adding = add_columns!(
        overview_flow,
        [Area, Grain, StartsOn, Subject],
        [
            ArrivedSnap,
            ArrivedScan,
            ArrivedCall,
            Closed,
            ResponseDue,
            ResponseMet,
            ResolutionDue,
            ResolutionMet,
            Satisfied,
            BasicallySatisfied,
            Dissatisfied,
            Unrated,
            Solved,
            PartlySolved,
            Unsolved,
        ]
    );
    let rows: Vec<_> = by
        .into_iter()
        .map(|(key, flow)| flow_row(key, &flow).into_active_model().reset_all())
        .collect();
    for part in rows.chunks(ROWS) {
        overview_flow::Entity::insert_many(part.to_vec())
            .on_conflict(adding.clone())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

fn flow_row(key: FlowKey, flow: &Flow) -> overview_flow::Model {
    let FlowKey {
        area,
        period: Period { grain, starts_on },
        subject,
    } = key;
    overview_flow::Model {
        area,
        grain,
        starts_on,
        subject,
        arrived_snap: flow.arrived_snap,
        arrived_scan: flow.arrived_scan,
        arrived_call: flow.arrived_call,
        closed: flow.closed,
        response_due: flow.response_due,
        response_met: flow.response_met,
        resolution_due: flow.resolution_due,
        resolution_met: flow.resolution_met,
        satisfied: flow.satisfied,
        basically_satisfied: flow.basically_satisfied,
        dissatisfied: flow.dissatisfied,
        unrated: flow.unrated,
        solved: flow.solved,
        partly_solved: flow.partly_solved,
        unsolved: flow.unsolved,
    }
}

/// Deletes all counts and feeds every order again. Returns the number of orders.
pub async fn reset(txn: &impl ConnectionTrait) -> Result<u64> {
    overview_stock::Entity::delete_many().exec(txn).await?;
    overview_dwell::Entity::delete_many().exec(txn).await?;
    overview_flow::Entity::delete_many().exec(txn).await?;
    overview_counted::Entity::delete_many().exec(txn).await?;
    order_change::Entity::delete_many().exec(txn).await?;
    let every = "INSERT INTO order_change (order_id) SELECT id FROM orders";
    Ok(txn.execute_unprepared(every).await?.rows_affected())
}
