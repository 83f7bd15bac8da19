//! The sweep of the clocks: every line that has been crossed becomes an event, once per clock, in the transaction
//! that changes the light. Yellow urges the unit by itself; red tells the unit's head and the supervisors.
//!
//! Its cost grows with what is due: the index on `next_change_at` leads to the clocks, and nothing else is read.
//! Replicas share the work by the rows they hold. What is held is the order, as every move holds it, so that a
//! sweep and a move of one order come one after the other and cannot lock each other out.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, UrgeId};
use entity::kinds::{ClockKind, Light, Status};
use entity::{deadline, order, urge};
use futures_util::future::try_join_all;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;

use crate::app::App;
use crate::city::snapshot::City;
use crate::db;
use crate::deadlines::lights::Lines;
use crate::deadlines::running;
use crate::error::Result;
use crate::http::time::local;
use crate::notices::{self, Event, EventKind};
use crate::orders::actor::Actor;
use crate::orders::changes;
use crate::orders::history::{self, NewEvent};

/// Orders a transaction: long enough to be cheap, short enough that a move never waits for it noticeably.
const BATCH: u64 = 64;
/// Clocks looked at for one batch. What another replica holds is passed over, so up to eight work at once.
const WINDOW: u64 = 8 * BATCH;

/// Batches at the same time where the database lets several write: what one waits for, another computes.
const WORKERS: usize = 4;

/// Changes every light that is due to change by `now`; how many clocks that were.
pub async fn sweep(app: &App, now: DateTime<Utc>) -> Result<usize> {
    let workers = if db::skips_locked(&app.db) { WORKERS } else { 1 };
    let swept = try_join_all((0..workers).map(|_| sweep_batches(app, now))).await?;
    let swept = swept.into_iter().sum();
    if swept > 0 {
        app.jobs.wake.notify_one();
    }
    Ok(swept)
}

/// Sweeps until nothing is due that another does not hold.
async fn sweep_batches(app: &App, now: DateTime<Utc>) -> Result<usize> {
    let mut swept = 0;
    loop {
        let window = due_orders(&app.db, now).await?;
        if window.is_empty() {
            return Ok(swept);
        }
        let changed = sweep_batch(app, window, now).await?;
        if changed == 0 {
            return Ok(swept);
        }
        swept += changed;
    }
}

/// When the next light changes; in the past while a sweep is owed.
pub async fn next_due(connection: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    let next: Option<DateTime<Utc>> = deadline::Entity::find()
        .select_only()
        .column(deadline::Column::NextChangeAt)
        .filter(deadline::Column::NextChangeAt.is_not_null())
        .order_by_asc(deadline::Column::NextChangeAt)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(next)
}

/// The orders of the clocks that are due first.
async fn due_orders(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<OrderId>> {
    let mut orders: Vec<OrderId> = deadline::Entity::find()
        .select_only()
        .column(deadline::Column::OrderId)
        .filter(deadline::Column::NextChangeAt.lte(now))
        .order_by_asc(deadline::Column::NextChangeAt)
        .limit(WINDOW)
        .into_tuple()
        .all(connection)
        .await?;
    orders.sort_unstable();
    orders.dedup();
    Ok(orders)
}

async fn sweep_batch(app: &App, window: Vec<OrderId>, now: DateTime<Utc>) -> Result<usize> {
    let city = app.city.load();
    let txn = db::write(&app.db).await?;
    let mut query = order::Entity::find()
        .filter(order::Column::Id.is_in(window))
        .limit(BATCH);
    if db::skips_locked(&txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let orders = query.all(&txn).await?;
    let held = orders.iter().map(|order| order.id);
    // Read after the orders are held: another replica may have been here since the window was read.
    let clocks = deadline::Entity::find()
        .filter(deadline::Column::OrderId.is_in(held))
        .all(&txn)
        .await?;
    let mut changed = 0;
    for order in orders {
        let clocks = clocks
            .iter()
            .filter(|clock| clock.order_id == order.id)
            .cloned()
            .collect();
        changed += sweep_order(app, &city, &txn, order, clocks, now).await?;
    }
    txn.commit().await?;
    Ok(changed)
}

/// A line that a clock has crossed.
struct Crossing {
    light: Light,
    line_at: DateTime<Utc>,
    clock: deadline::Model,
}

async fn sweep_order(
    app: &App,
    city: &City,
    txn: &impl ConnectionTrait,
    order: order::Model,
    mut clocks: Vec<deadline::Model>,
    now: DateTime<Utc>,
) -> Result<usize> {
    // Whoever closes an order stops its clocks; should one have been left running, it ends here in silence.
    let over = matches!(order.status, Status::Closed | Status::Cancelled);
    let mut crossings = Vec::new();
    let mut changed = 0;
    for clock in clocks
        .iter_mut()
        .filter(|clock| clock.next_change_at.is_some_and(|at| at <= now))
    {
        if !over {
            crossings.extend(crossed(city, clock, now));
        }
        turn(city, clock, over, now);
        deadline::Entity::update(changes(clock)).exec(txn).await?;
        changed += 1;
    }
    let mut order = order;
    (order.light, order.due_at) = running::shown_of(&clocks, city.law(), now);
    order.updated_at = now;
    show(txn, &order).await?;
    crossings.sort_by_key(|crossing| (crossing.line_at, crossing.clock.kind));
    for crossing in &crossings {
        tell(app, city, txn, &order, crossing, now).await?;
    }
    Ok(changed)
}

fn crossed(city: &City, clock: &deadline::Model, now: DateTime<Utc>) -> Vec<Crossing> {
    let lines = Lines::of(&city.policy.clocks, clock.kind, clock.due_at);
    let crossing = |light| {
        let line_at = if light == Light::Red {
            lines.red_at
        } else {
            lines.yellow_at
        };
        Crossing {
            light,
            line_at,
            clock: clock.clone(),
        }
    };
    lines
        .newly_crossed(running::seen(clock), now)
        .into_iter()
        .map(crossing)
        .collect()
}

/// Brings the row up to `now`.
fn turn(city: &City, clock: &mut deadline::Model, over: bool, now: DateTime<Utc>) {
    let lines = Lines::of(&city.policy.clocks, clock.kind, clock.due_at);
    clock.light = lines.light(clock.stopped_at, now);
    if over {
        clock.next_change_at = None;
        return;
    }
    for light in lines.newly_crossed(running::seen(clock), now) {
        let turned = if light == Light::Red {
            &mut clock.turned_red_at
        } else {
            &mut clock.turned_yellow_at
        };
        *turned = Some(now);
    }
    clock.next_change_at = lines.next_change_at(clock.stopped_at, running::seen(clock), now);
}

fn changes(clock: &deadline::Model) -> deadline::ActiveModel {
    let mut row = clock.clone().into_active_model();
    row.light = Set(clock.light);
    row.next_change_at = Set(clock.next_change_at);
    row.turned_yellow_at = Set(clock.turned_yellow_at);
    row.turned_red_at = Set(clock.turned_red_at);
    row
}

/// The light of the order. Its version stays: a colour is no move, and must not make anybody's move stale.
async fn show(txn: &impl ConnectionTrait, order: &order::Model) -> Result<()> {
    let mut row = order.clone().into_active_model();
    row.light = Set(order.light);
    row.due_at = Set(order.due_at);
    row.updated_at = Set(order.updated_at);
    order::Entity::update(row).exec(txn).await?;
    changes::note(txn, order.id).await
}

async fn tell(
    app: &App,
    city: &City,
    txn: &impl ConnectionTrait,
    order: &order::Model,
    crossing: &Crossing,
    now: DateTime<Utc>,
) -> Result<()> {
    let Crossing {
        light,
        line_at,
        clock,
    } = crossing;
    let (action, kind) = match light {
        Light::Red => ("light_red", EventKind::LightRed),
        Light::Yellow | Light::Green => ("light_yellow", EventKind::LightYellow),
    };
    let actor = Actor::system();
    let detail = json!({
        "clock": clock.kind,
        "round": clock.round,
        "crossed_at": local(*line_at, city.zone()),
        "due_at": local(clock.due_at, city.zone()),
    });
    let event = NewEvent::new(action, &actor, order.status, now).detail(detail);
    history::append(txn, order, event).await?;
    if *light == Light::Yellow {
        urge(txn, order, clock, now).await?;
    }
    let event = Event::of(kind, order)
        .due(clock.due_at)
        .note(in_chinese(clock.kind));
    notices::tell(txn, &app.wording, &event, now).await
}

/// The yellow light urges by itself; nobody's name stands under it.
async fn urge(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    clock: &deadline::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = urge::ActiveModel {
        id: Set(UrgeId::generate()),
        order_id: Set(order.id),
        unit_id: Set(order.unit_id),
        person_id: Set(None),
        note: Set(format!("{}期限将到，系统自动催办。", in_chinese(clock.kind))),
        phoned: Set(false),
        created_at: Set(now),
    };
    urge::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

fn in_chinese(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Response => "签收",
        ClockKind::Resolution => "办理",
        ClockKind::Supplementary => "补充办理",
    }
}
