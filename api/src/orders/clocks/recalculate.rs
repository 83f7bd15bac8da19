//! Recalculates running deadlines after the announcement of a year's holidays. The order's history records the change.

use chrono::{DateTime, Utc};
use entity::ids::{DeadlineId, OrderId};
use entity::kinds::EventAction;
use entity::{deadline, order};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::deadlines::{Calendar, DeadlineRules, deadline_rows};
use crate::error::Result;
use crate::http::time::local;
use crate::orders::history::detail::{EventDetail, MovedDeadline};
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::store::change_feed;

/// Orders a transaction.
const BATCH: u64 = 64;
/// Clocks read at once where nothing is written.
const CLOCKS_AT_ONCE: u64 = 1_000;

/// The running deadlines that are recalculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those counted without an announcement.
    Provisional,
    /// Those counted by an announced year too, because it has changed.
    All,
}

impl Scope {
    fn contains(self, row: &deadline::Model) -> bool {
        self == Self::All || row.provisional
    }
}

/// Running deadlines that another calendar would move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    pub provisional: usize,
    pub announced: usize,
}

/// Recalculates running deadlines with the calendar in `app.city` and returns how many moved. Idempotent.
pub async fn recalculate(app: &App, scope: Scope, now: DateTime<Utc>) -> Result<usize> {
    let city = app.state::<CityHandle>().load();
    let mut after = None;
    let mut moved = 0;
    while let Some((orders, last)) = next_orders(&app.db, scope, after).await? {
        for order in orders {
            let txn = db::write(&app.db).await?;
            moved += recalculate_order(&city, &txn, order, scope, now).await?;
            txn.commit().await?;
        }
        after = Some(last);
    }
    Ok(moved)
}

type Page = Option<(Vec<OrderId>, DeadlineId)>;

async fn next_orders(
    connection: &impl ConnectionTrait,
    scope: Scope,
    after: Option<DeadlineId>,
) -> Result<Page> {
    let beyond = after.map(|id| deadline::Column::Id.gt(id));
    let found: Vec<(DeadlineId, OrderId)> = running_deadlines(scope)
        .select_only()
        .column(deadline::Column::Id)
        .column(deadline::Column::OrderId)
        .filter(Condition::all().add_option(beyond))
        .order_by_asc(deadline::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(connection)
        .await?;
    let last = found.last().map(|(id, _)| *id);
    Ok(last.map(|last| (found.into_iter().map(|(_, order)| order).collect(), last)))
}

/// How many running clocks were counted without an announcement.
pub async fn count_provisional(app: &App) -> Result<u64> {
    Ok(running_deadlines(Scope::Provisional).count(&app.db).await?)
}

/// How many running clocks another calendar would move.
pub async fn count_affected(app: &App, calendar: &Calendar) -> Result<Affected> {
    let city = app.state::<CityHandle>().load();
    let law = DeadlineRules {
        policy: &city.policy,
        calendar,
    };
    let (mut after, mut moved): (Option<DeadlineId>, Affected) = (None, Affected::default());
    loop {
        let beyond = after.map(|id| deadline::Column::Id.gt(id));
        let rows = running_deadlines(Scope::All)
            .filter(Condition::all().add_option(beyond))
            .order_by_asc(deadline::Column::Id)
            .limit(CLOCKS_AT_ONCE)
            .all(&app.db)
            .await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            return Ok(moved);
        };
        for row in rows {
            let before = deadline_rows::clock(&row)?;
            let after = law.recalculated(&before);
            if after.is_some_and(|after| after.due_at != before.due_at) {
                *(if row.provisional {
                    &mut moved.provisional
                } else {
                    &mut moved.announced
                }) += 1;
            }
        }
        after = Some(last);
    }
}

fn running_deadlines(scope: Scope) -> Select<deadline::Entity> {
    let running = deadline::Entity::find().filter(deadline::Column::StoppedAt.is_null());
    match scope {
        Scope::Provisional => running.filter(deadline::Column::Provisional.eq(true)),
        Scope::All => running,
    }
}

async fn recalculate_order(
    city: &City,
    txn: &WriteTransaction,
    order: OrderId,
    scope: Scope,
    now: DateTime<Utc>,
) -> Result<usize> {
    let Some(mut order) = order::Entity::find_by_id(order).lock_exclusive().one(txn).await? else {
        return Ok(0);
    };
    let mut changes = Vec::new();
    let mut clocks = deadline_rows::of_order(txn, order.id).await?;
    for row in clocks.iter_mut().filter(|row| scope.contains(row)) {
        let before = deadline_rows::clock(row)?;
        let Some(after) = city.deadline_rules().recalculated(&before) else {
            continue;
        };
        if after.due_at != before.due_at {
            changes.push(MovedDeadline {
                clock: after.kind,
                round: after.round,
                due_before: local(before.due_at, city.zone()),
                due_at: local(after.due_at, city.zone()),
            });
        }
        deadline_rows::replace(txn, city.deadline_rules(), row, &after, now).await?;
    }
    if changes.is_empty() {
        return Ok(0);
    }
    (order.light, order.due_at) = deadline_rows::order_light(&clocks, city.deadline_rules(), now);
    let mut row = order.clone().into_active_model();
    row.light = Set(order.light);
    row.due_at = Set(order.due_at);
    row.updated_at = Set(now);
    order::Entity::update(row).exec(txn).await?;
    change_feed::append(txn, order.id).await?;
    let moved = changes.len();
    let actor = Actor::system();
    let event = NewEvent::new(EventAction::DeadlineRecounted, &actor, order.status, now)
        .detail(EventDetail::Recalculated { clocks: changes });
    history::append(txn, &order, event).await?;
    Ok(moved)
}
