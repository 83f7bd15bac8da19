//! Queries of the register: supervision orders, tracked orders and urges, each a page at a time from its own index.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, SupervisionOrderId, UrgeId};
use entity::kinds::Light;
use entity::{order, supervision_order, urge};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _,
};
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::caller::OrderAccess;
use crate::error::Result;
use crate::orders::search::list::access_condition;

/// The visible part of the register.
#[derive(Clone, Debug)]
pub struct RegisterAccess {
    pub sight: OrderAccess,
    /// County-level code.
    pub area: Option<String>,
}

impl RegisterAccess {
    fn orders(&self) -> Condition {
        let area = self.area.as_deref();
        let of_area = area.map(|area| order::Column::AreaCode.eq(area));
        access_condition(&self.sight).add_option(of_area)
    }

    /// A unit reads what is addressed to it; others what is about orders they may know of.
    fn of<C: ColumnTrait>(&self, unit: C, order: C) -> Condition {
        match (&self.sight, &self.area) {
            (OrderAccess::City, None) => Condition::all(),
            (OrderAccess::Unit(own), None) => Condition::all().add(unit.eq(*own)),
            (OrderAccess::Unit(own), Some(_)) => Condition::all()
                .add(unit.eq(*own))
                .add(order.in_subquery(self.ids())),
            _ => Condition::all().add(order.in_subquery(self.ids())),
        }
    }

    fn ids(&self) -> SelectStatement {
        order::Entity::find()
            .select_only()
            .column(order::Column::Id)
            .filter(self.orders())
            .into_query()
    }
}

/// Where a page of supervision orders ended: those that wait go by their due time, all others by the time of issue.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct After {
    pub due_at: DateTime<Utc>,
    pub id: SupervisionOrderId,
}

fn issued(reach: &RegisterAccess, state: Option<State>, now: DateTime<Utc>) -> Condition {
    use supervision_order::Column as C;
    let wanted = reach.of(C::UnitId, C::OrderId);
    match state {
        None => wanted,
        Some(State::Open) => wanted.add(C::AnsweredAt.is_null()).add(C::ClosedAt.is_null()),
        Some(State::Overdue) => wanted
            .add(C::AnsweredAt.is_null())
            .add(C::ClosedAt.is_null())
            .add(C::DueAt.lt(now)),
        Some(State::Answered) => wanted.add(C::AnsweredAt.is_not_null()),
    }
}

/// A page of supervision orders.
#[derive(Clone, Copy, Debug)]
pub struct OrdersPage {
    pub state: Option<State>,
    pub after: Option<After>,
    pub limit: u64,
}

pub async fn supervision_orders(
    db: &impl ConnectionTrait,
    reach: &RegisterAccess,
    page: OrdersPage,
    now: DateTime<Utc>,
) -> Result<Vec<supervision_order::Model>> {
    use supervision_order::Column as C;
    let OrdersPage { state, after, limit } = page;
    let query = supervision_order::Entity::find().filter(issued(reach, state, now));
    let query = if matches!(state, Some(State::Open | State::Overdue)) {
        let query = query.order_by_asc(C::DueAt).order_by_asc(C::Id);
        match after {
            Some(After { due_at, id }) => query.filter(
                Condition::any()
                    .add(C::DueAt.gt(due_at))
                    .add(C::DueAt.eq(due_at).and(C::Id.gt(id))),
            ),
            None => query,
        }
    } else {
        // An id begins with the time of its making.
        let query = query.order_by_desc(C::Id);
        match after {
            Some(After { id, .. }) => query.filter(C::Id.lt(id)),
            None => query,
        }
    };
    Ok(query.limit(limit).all(db).await?)
}

pub async fn count_supervision_orders(
    db: &impl ConnectionTrait,
    reach: &RegisterAccess,
    state: State,
    now: DateTime<Utc>,
) -> Result<u64> {
    let query = supervision_order::Entity::find().filter(issued(reach, Some(state), now));
    Ok(query.count(db).await?)
}

/// The partial index names the column in these words.
fn tracked(reach: &RegisterAccess) -> Condition {
    let tracked = Expr::col((order::Entity, order::Column::Tracked));
    reach.orders().add(tracked)
}

pub async fn tracked_orders(
    db: &impl ConnectionTrait,
    reach: &RegisterAccess,
    committee: Option<&str>,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let of_committee = committee.map(|name| {
        if name.is_empty() {
            C::Committee.is_null()
        } else {
            C::Committee.eq(name)
        }
    });
    let beyond = after.map(|id| C::Id.lt(id));
    let wanted = tracked(reach).add_option(of_committee).add_option(beyond);
    let query = order::Entity::find().filter(wanted).order_by_desc(C::Id);
    Ok(query.limit(limit).all(db).await?)
}

/// Tracked orders of each committee by light.
pub async fn committees(
    db: &impl ConnectionTrait,
    reach: &RegisterAccess,
) -> Result<Vec<(Option<String>, Light, i64)>> {
    use order::Column as C;
    let query = order::Entity::find()
        .select_only()
        .column(C::Committee)
        .column(C::Light)
        .column_as(C::Id.count(), "held")
        .filter(tracked(reach))
        .group_by(C::Committee)
        .group_by(C::Light);
    Ok(query.into_tuple().all(db).await?)
}

/// Urges that people made, the newest first.
pub async fn urges(
    db: &impl ConnectionTrait,
    reach: &RegisterAccess,
    after: Option<UrgeId>,
    limit: u64,
) -> Result<Vec<urge::Model>> {
    use urge::Column as C;
    let beyond = after.map(|id| C::Id.lt(id));
    let query = urge::Entity::find()
        .filter(reach.of(C::UnitId, C::OrderId).add_option(beyond))
        .filter(C::PersonId.is_not_null())
        .order_by_desc(C::Id);
    Ok(query.limit(limit).all(db).await?)
}

pub async fn orders(db: &impl ConnectionTrait, ids: Vec<OrderId>) -> Result<HashMap<OrderId, order::Model>> {
    let rows = order::Entity::find()
        .filter(order::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
