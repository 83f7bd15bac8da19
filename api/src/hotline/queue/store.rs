//! Queries of the operators' queue: each kind from its own index, a page at a time, and counted.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::OrderId;
use entity::kinds::{ExtensionStatus, Status};
use entity::{extension, follow_up, order, order_return};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _, Select,
};
use serde::{Deserialize, Serialize};

use super::kinds::QueueKind;
use crate::error::Result;
use crate::follow_up::pending_calls;

/// Something that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub kind: QueueKind,
    pub order: OrderId,
    pub since: DateTime<Utc>,
    pub act_by: DateTime<Utc>,
    pub asked: PendingRequest,
}

/// The request in the row beside the order.
#[derive(Clone, Debug, PartialEq)]
pub enum PendingRequest {
    Unit,
    Extension(extension::Model),
    Call(follow_up::Model),
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct After {
    pub act_by: DateTime<Utc>,
    pub kind: QueueKind,
    pub order: OrderId,
}

impl Entry {
    #[must_use]
    pub fn key(&self) -> After {
        After {
            act_by: self.act_by,
            kind: self.kind,
            order: self.order,
        }
    }
}

/// Pending items of one kind.
#[derive(Clone, Copy, Debug)]
pub struct ItemFilter {
    pub kind: QueueKind,
    /// How long after its beginning an item of this kind is to be decided.
    pub allowance: TimeDelta,
    /// The items of this order only.
    pub only: Option<OrderId>,
    /// The items after this one only.
    pub after: Option<After>,
}

/// Returns the next `limit` items, the most urgent first.
pub async fn next(db: &impl ConnectionTrait, wanted: ItemFilter, limit: u64) -> Result<Vec<Entry>> {
    let ItemFilter {
        kind,
        allowance,
        only,
        after,
    } = wanted;
    let beyond = |at: Expr, id: Expr| {
        let wanted = only.map_or_else(Condition::all, |only| Condition::all().add(id.clone().eq(only)));
        match after {
            Some(after) => wanted.add(past(kind, allowance, after, at, id)),
            None => wanted,
        }
    };
    match kind {
        QueueKind::Returned | QueueKind::Triage | QueueKind::Unmatched => {
            let at = urgency(kind);
            let rows = waiting_for_unit(kind)
                .filter(beyond(at.clone(), Expr::col(order::Column::Id)))
                .order_by_asc(at)
                .order_by_asc(order::Column::Id)
                .limit(limit);
            let entry = |row: order::Model| Entry {
                kind,
                order: row.id,
                since: row.stage_since,
                act_by: match kind {
                    QueueKind::Returned => row.due_at.unwrap_or(row.stage_since),
                    _ => row.stage_since,
                } + allowance,
                asked: PendingRequest::Unit,
            };
            Ok(rows.all(db).await?.into_iter().map(entry).collect())
        }
        QueueKind::Extension => {
            let at = Expr::col(extension::Column::DueBefore);
            let rows = pending_extensions()
                .filter(beyond(at.clone(), Expr::col(extension::Column::OrderId)))
                .order_by_asc(at)
                .order_by_asc(extension::Column::OrderId)
                .limit(limit);
            let entry = |row: extension::Model| Entry {
                kind,
                order: row.order_id,
                since: row.asked_at,
                act_by: row.due_before + allowance,
                asked: PendingRequest::Extension(row),
            };
            Ok(rows.all(db).await?.into_iter().map(entry).collect())
        }
        QueueKind::FollowUp => {
            let at = Expr::col(follow_up::Column::AskedAt);
            let rows = pending_calls::calls()
                .filter(beyond(at.clone(), Expr::col(follow_up::Column::OrderId)))
                .order_by_asc(at)
                .order_by_asc(follow_up::Column::OrderId)
                .limit(limit);
            let entry = |row: follow_up::Model| Entry {
                kind,
                order: row.order_id,
                since: row.asked_at,
                act_by: row.asked_at + allowance,
                asked: PendingRequest::Call(row),
            };
            Ok(rows.all(db).await?.into_iter().map(entry).collect())
        }
    }
}

/// Selects the rows after the last one of the previous page, in the order `(act_by, kind, order)`.
fn past(kind: QueueKind, allowance: TimeDelta, after: After, at: Expr, id: Expr) -> Condition {
    let end = after.act_by - allowance;
    let later = at.clone().gt(end);
    match kind.cmp(&after.kind) {
        std::cmp::Ordering::Less => Condition::all().add(later),
        std::cmp::Ordering::Equal => Condition::any()
            .add(later)
            .add(Condition::all().add(at.eq(end)).add(id.gt(after.order))),
        std::cmp::Ordering::Greater => Condition::any().add(later).add(at.eq(end)),
    }
}

/// A returned order's clock runs on, so the nearest deadline counts; without a clock, how long it has waited.
fn urgency(kind: QueueKind) -> Expr {
    let since = Expr::col(order::Column::StageSince);
    match kind {
        QueueKind::Returned => Func::coalesce([Expr::col(order::Column::DueAt), since]).into(),
        _ => since,
    }
}

fn waiting_for_unit(kind: QueueKind) -> Select<order::Entity> {
    let waiting = order::Entity::find().filter(order::Column::Status.eq(Status::Triage));
    let returned = Expr::exists(return_of_this_stage());
    match kind {
        QueueKind::Returned => waiting.filter(returned),
        QueueKind::Unmatched => waiting
            .filter(returned.not())
            .filter(order::Column::AreaCode.is_null()),
        _ => waiting
            .filter(returned.not())
            .filter(order::Column::AreaCode.is_not_null()),
    }
}

/// Selects the return that led to the present stage: both have the same time.
fn return_of_this_stage() -> SelectStatement {
    let of_order = Expr::col((order_return::Entity, order_return::Column::OrderId))
        .eq(Expr::col((order::Entity, order::Column::Id)));
    let of_stage = Expr::col((order_return::Entity, order_return::Column::CreatedAt))
        .gte(Expr::col((order::Entity, order::Column::StageSince)));
    Query::select()
        .expr(Expr::value(1))
        .from(order_return::Entity)
        .and_where(of_order)
        .and_where(of_stage)
        .to_owned()
}

fn pending_extensions() -> Select<extension::Entity> {
    let open = order::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(
            Expr::col((order::Entity, order::Column::Id))
                .eq(Expr::col((extension::Entity, extension::Column::OrderId))),
        )
        .filter(
            Expr::col((order::Entity, order::Column::Round))
                .eq(Expr::col((extension::Entity, extension::Column::Round))),
        )
        .filter(order::Column::Status.is_in([Status::Triage, Status::Dispatched, Status::InProgress]));
    extension::Entity::find()
        .filter(extension::Column::DecidedAt.is_null())
        .filter(extension::Column::Status.eq(ExtensionStatus::Pending))
        .filter(Expr::exists(open.into_query()))
}

/// How many of each kind wait.
pub async fn counts(db: &impl ConnectionTrait) -> Result<BTreeMap<QueueKind, u64>> {
    let mut counts = BTreeMap::new();
    for kind in QueueKind::ALL {
        let count = match kind {
            QueueKind::Extension => pending_extensions().count(db).await?,
            QueueKind::FollowUp => pending_calls::calls().count(db).await?,
            _ => waiting_for_unit(kind).count(db).await?,
        };
        counts.insert(kind, count);
    }
    Ok(counts)
}

/// For what the order waits.
pub async fn kinds_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<QueueKind>> {
    let mut kinds = Vec::new();
    for kind in QueueKind::ALL {
        let waits = match kind {
            QueueKind::Extension => {
                let of_order = pending_extensions().filter(extension::Column::OrderId.eq(id));
                of_order.count(db).await? > 0
            }
            QueueKind::FollowUp => {
                let of_order = pending_calls::calls().filter(follow_up::Column::OrderId.eq(id));
                of_order.count(db).await? > 0
            }
            _ => {
                let of_order = waiting_for_unit(kind).filter(order::Column::Id.eq(id));
                of_order.count(db).await? > 0
            }
        };
        if waits {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// The orders by their ids.
pub async fn orders(db: &impl ConnectionTrait, ids: &[OrderId]) -> Result<Vec<order::Model>> {
    let query = order::Entity::find().filter(order::Column::Id.is_in(ids.iter().copied()));
    Ok(query.all(db).await?)
}

/// The latest return of each of these orders.
pub async fn returns(
    db: &impl ConnectionTrait,
    ids: &[OrderId],
) -> Result<BTreeMap<OrderId, order_return::Model>> {
    let rows = order_return::Entity::find()
        .filter(order_return::Column::OrderId.is_in(ids.iter().copied()))
        .order_by_asc(order_return::Column::CreatedAt)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}
