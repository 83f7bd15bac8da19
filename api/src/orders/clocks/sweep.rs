//! The deadline sweep: every crossed line becomes an event, once per deadline, in the transaction that changes the
//! light.
//!
//! Yellow urges the unit automatically; red notifies the unit's head and the supervisors.
//!
//! Its cost grows with the due deadlines: the index on `next_change_at` leads to them, and nothing else is read.
//! Replicas share the work by row locks. The locked row is the order, as in every action, so a sweep and an action on
//! one order are serialized and cannot deadlock.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, UrgeId};
use entity::kinds::{EventAction, Light};
use entity::{deadline, order, urge};
use futures_util::future::try_join_all;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::deadlines::deadline_rows;
use crate::deadlines::lights::LightThresholds;
use crate::error::Result;
use crate::http::time::local;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::store::change_feed;
use crate::orders::view::labels;

/// Orders a transaction: long enough to be cheap, short enough that a move never waits for it noticeably.
const BATCH: u64 = 64;
/// Deadlines examined per batch. Rows locked by another replica are skipped, so up to eight replicas work at once.
const WINDOW: u64 = 8 * BATCH;

/// Batches at the same time where the database lets several write: what one waits for, another computes.
const WORKERS: usize = 4;

/// Changes every light that is due to change by `now`; how many clocks that were.
pub async fn sweep(app: &App, now: DateTime<Utc>) -> Result<usize> {
    // Nearly always nothing is due, and one question is enough.
    if next_due(&app.db).await?.is_none_or(|next| next > now) {
        return Ok(0);
    }
    let workers = if db::supports_skip_locked(&app.db) {
        WORKERS
    } else {
        1
    };
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
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    let mut query = order::Entity::find()
        .filter(order::Column::Id.is_in(window))
        .limit(BATCH);
    if db::supports_skip_locked(&txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let orders = query.all(&txn).await?;
    let held = orders.iter().map(|order| order.id);
    // Read after the orders are held: another replica may have been here since the window was read.
    let clocks = deadline::Entity::find()
        .filter(deadline::Column::OrderId.is_in(held))
        .all(&txn)
        .await?;
    let mut swept = Vec::new();
    for order in orders {
        let clocks = clocks
            .iter()
            .filter(|clock| clock.order_id == order.id)
            .cloned()
            .collect();
        swept.push(sweep_order(&city, &txn, order, clocks, now).await?);
    }
    change_feed::append_all(&txn, swept.iter().map(|swept| swept.order.id)).await?;
    emit(app, &city, &txn, &swept, now).await?;
    txn.commit().await?;
    Ok(swept.iter().map(|swept| swept.clocks).sum())
}

/// A line that a clock has crossed.
struct ThresholdCrossing {
    light: Light,
    threshold_at: DateTime<Utc>,
    clock: deadline::Model,
}

/// An order after the sweep.
struct Swept {
    order: order::Model,
    /// How many clocks changed.
    clocks: usize,
    /// In the order in which the lines were crossed.
    crossings: Vec<ThresholdCrossing>,
}

async fn sweep_order(
    city: &City,
    txn: &WriteTransaction,
    mut order: order::Model,
    mut clocks: Vec<deadline::Model>,
    now: DateTime<Utc>,
) -> Result<Swept> {
    // Whoever closes an order stops its clocks; should one have been left running, it ends here in silence.
    let over = order.status.is_over();
    let mut crossed = Vec::new();
    let mut changed = 0;
    for clock in clocks
        .iter_mut()
        .filter(|clock| clock.next_change_at.is_some_and(|at| at <= now))
    {
        if !over {
            crossed.extend(crossings(city, clock, now));
        }
        advance(city, clock, over, now);
        save(txn, clock).await?;
        changed += 1;
    }
    (order.light, order.due_at) = deadline_rows::order_light(&clocks, city.deadline_rules(), now);
    order.updated_at = now;
    save_order_light(txn, &order).await?;
    crossed.sort_by_key(|crossing| (crossing.threshold_at, crossing.clock.kind));
    Ok(Swept {
        order,
        clocks: changed,
        crossings: crossed,
    })
}

fn crossings(city: &City, clock: &deadline::Model, now: DateTime<Utc>) -> Vec<ThresholdCrossing> {
    let lines = LightThresholds::of(&city.policy.clocks, clock.kind, clock.due_at);
    let crossing = |light| {
        let threshold_at = if light == Light::Red {
            lines.red_at
        } else {
            lines.yellow_at
        };
        ThresholdCrossing {
            light,
            threshold_at,
            clock: clock.clone(),
        }
    };
    lines
        .new_crossings(deadline_rows::seen(clock), now)
        .into_iter()
        .map(crossing)
        .collect()
}

/// Brings the row up to `now`.
fn advance(city: &City, clock: &mut deadline::Model, over: bool, now: DateTime<Utc>) {
    let lines = LightThresholds::of(&city.policy.clocks, clock.kind, clock.due_at);
    clock.light = lines.light(clock.stopped_at, now);
    if over {
        clock.next_change_at = None;
        return;
    }
    for light in lines.new_crossings(deadline_rows::seen(clock), now) {
        let turned = if light == Light::Red {
            &mut clock.turned_red_at
        } else {
            &mut clock.turned_yellow_at
        };
        *turned = Some(now);
    }
    clock.next_change_at = lines.next_change_at(clock.stopped_at, deadline_rows::seen(clock), now);
}

async fn save(txn: &impl ConnectionTrait, clock: &deadline::Model) -> Result<()> {
    use deadline::Column;
    deadline::Entity::update_many()
        .col_expr(Column::Light, Expr::value(clock.light))
        .col_expr(Column::NextChangeAt, Expr::value(clock.next_change_at))
        .col_expr(Column::TurnedYellowAt, Expr::value(clock.turned_yellow_at))
        .col_expr(Column::TurnedRedAt, Expr::value(clock.turned_red_at))
        .filter(Column::Id.eq(clock.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Stores the light of the order. The version stays: a change of colour must not make a concurrent action stale.
async fn save_order_light(txn: &impl ConnectionTrait, order: &order::Model) -> Result<()> {
    use order::Column;
    order::Entity::update_many()
        .col_expr(Column::Light, Expr::value(order.light))
        .col_expr(Column::DueAt, Expr::value(order.due_at))
        .col_expr(Column::UpdatedAt, Expr::value(order.updated_at))
        .filter(Column::Id.eq(order.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Writes the history, urges and notices caused by the crossings of a batch.
async fn emit(
    app: &App,
    city: &City,
    txn: &WriteTransaction,
    swept: &[Swept],
    now: DateTime<Utc>,
) -> Result<()> {
    let system = Actor::system();
    let (mut events, mut urges, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for Swept { order, crossings, .. } in swept {
        for ThresholdCrossing {
            light,
            threshold_at,
            clock,
        } in crossings
        {
            let (action, kind) = match light {
                Light::Red => (EventAction::LightRed, EventKind::LightRed),
                Light::Yellow | Light::Green => (EventAction::LightYellow, EventKind::LightYellow),
            };
            let detail = EventDetail::Light {
                clock: clock.kind,
                round: clock.round,
                crossed_at: local(*threshold_at, city.zone()),
                due_at: local(clock.due_at, city.zone()),
            };
            let event = NewEvent::new(action, &system, order.status, now).detail(detail);
            events.push((order, event));
            if *light == Light::Yellow {
                urges.push(urge(order, clock, now));
            }
            let event = Event::of(kind, order)
                .due(clock.due_at)
                .note(labels::clock_task(clock.kind));
            told.push(event);
        }
    }
    if events.is_empty() {
        return Ok(());
    }
    history::append_all(txn, events).await?;
    if !urges.is_empty() {
        urge::Entity::insert_many(urges)
            .exec_without_returning(txn)
            .await?;
    }
    notices::emit_all(txn, app.state::<MessageCatalog>(), &told, now).await
}

/// Inserts the automatic urge of the yellow light, without a person.
fn urge(order: &order::Model, clock: &deadline::Model, now: DateTime<Utc>) -> urge::ActiveModel {
    urge::ActiveModel {
        id: Set(UrgeId::generate()),
        order_id: Set(order.id),
        unit_id: Set(order.unit_id),
        person_id: Set(None),
        note: Set(format!(
            "{}期限将到，系统自动催办。",
            labels::clock_task(clock.kind)
        )),
        phoned: Set(false),
        created_at: Set(now),
    }
}
