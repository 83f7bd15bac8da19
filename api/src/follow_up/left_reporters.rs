//! Delegates who have left the roster with open orders: the operators are notified, and what would be asked of them is
//! asked of the standing committee by a call.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::{FollowUpKind, FollowUpStatus, Status};
use entity::{follow_up, notice, order};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::city::snapshot::City;
use crate::db;
use crate::error::Result;
use crate::follow_up::store::open_manual_call;
use crate::jobs::Job;
use crate::notices::{self, Event, EventKind, MessageCatalog};
use crate::people::profile;
use crate::people::roster::NotifyReporterLeft;

impl Job for NotifyReporterLeft {
    const NAME: &'static str = "reporter_left";
    type Input = PersonId;

    async fn run(app: &App, id: PersonId) -> Result<()> {
        handle(app, id).await
    }
}

/// Orders of one person that are announced one by one.
const MAX_ORDERS: u64 = 200;

/// Whether the order's delegate is off the roster.
pub async fn has_left(connection: &impl ConnectionTrait, order: &order::Model) -> Result<bool> {
    profile::has_left(connection, order.reporter_id).await
}

/// The committee to call about an order: the one that tracks it, or the standing committee of its county or city.
#[must_use]
pub fn committee(city: &City, order: &order::Model) -> String {
    let standing = || city.organ(order.area_code.as_deref()).short;
    order.committee.clone().unwrap_or_else(standing)
}

/// Puts a call to the committee into the operators' queue.
pub async fn call_committee(
    app: &App,
    txn: &impl ConnectionTrait,
    order: &order::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    open_manual_call(txn, order, now).await?;
    let event = Event::of(EventKind::ManualFollowUp, order);
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}

/// Notifies the operators of the open orders of a delegate who has left, and turns open askings into calls. Idempotent.
pub async fn handle(app: &App, id: PersonId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    if !profile::has_left(&txn, id).await? {
        return Ok(());
    }
    let open = order::Entity::find()
        .filter(order::Column::ReporterId.eq(id))
        .filter(order::Column::Status.is_not_in([Status::Closed, Status::Cancelled]))
        .order_by_asc(order::Column::Number)
        .limit(MAX_ORDERS)
        .all(&txn)
        .await?;
    let known = announced(&txn, &open).await?;
    let new: Vec<_> = open.iter().filter(|order| !known.contains(&order.id)).collect();
    let events: Vec<_> = new
        .iter()
        .map(|order| Event::of(EventKind::ReporterLeft, order))
        .collect();
    notices::emit_all(&txn, app.state::<MessageCatalog>(), &events, now).await?;
    for order in asked(&txn, &open, now).await? {
        call_committee(app, &txn, order, now).await?;
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

/// The orders that the operators were notified of already.
async fn announced(connection: &impl ConnectionTrait, orders: &[order::Model]) -> Result<HashSet<OrderId>> {
    let ids: Vec<Option<OrderId>> = notice::Entity::find()
        .filter(notice::Column::Event.eq(EventKind::ReporterLeft.as_str()))
        .filter(notice::Column::OrderId.is_in(orders.iter().map(|order| order.id)))
        .select_only()
        .column(notice::Column::OrderId)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().flatten().collect())
}

/// Ends the askings of these orders that wait for their delegate; returns the orders.
async fn asked<'a>(
    connection: &impl ConnectionTrait,
    orders: &'a [order::Model],
    now: DateTime<Utc>,
) -> Result<Vec<&'a order::Model>> {
    let waiting = || {
        let wanted = orders
            .iter()
            .filter(|order| order.status == Status::Replied && order.wants_follow_up);
        sea_orm::Condition::all()
            .add(follow_up::Column::OrderId.is_in(wanted.map(|order| order.id)))
            .add(follow_up::Column::Kind.eq(FollowUpKind::Automatic))
            .add(follow_up::Column::AnsweredAt.is_null())
    };
    let ids: Vec<OrderId> = follow_up::Entity::find()
        .filter(waiting())
        .select_only()
        .column(follow_up::Column::OrderId)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?;
    follow_up::Entity::update_many()
        .col_expr(
            follow_up::Column::Status,
            Expr::value(FollowUpStatus::Expired.as_str()),
        )
        .col_expr(follow_up::Column::AnsweredAt, Expr::value(now))
        .col_expr(
            follow_up::Column::NextAt,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(waiting())
        .exec(connection)
        .await?;
    Ok(orders.iter().filter(|order| ids.contains(&order.id)).collect())
}
