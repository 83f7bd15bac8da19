//! Queries for the data of a report: a fixed number, however many orders there are.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, TopicId};
use entity::kinds::{ClockKind, Light};
use entity::{deadline, endorsement, order, order_photo, supervision_order, topic_order, urge, verdict};
use sea_orm::sea_query::{IntoTableRef, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::overview::facts::DeadlineState;

/// The orders of a report: those that arrived between the two instants, and those with a decision in between.
#[derive(Clone, Debug)]
pub struct ReportScope {
    pub from: DateTime<Utc>,
    pub before: DateTime<Utc>,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    /// Only the orders of this topic.
    pub topic: Option<TopicId>,
}

impl ReportScope {
    fn condition(&self) -> Condition {
        let mut all = Condition::all()
            .add(order::Column::Id.in_subquery(self.touched()))
            .add(order::Column::MergedInto.is_null());
        if let Some(area) = &self.area {
            all = all.add(order::Column::AreaCode.eq(area.as_str()));
        }
        if let Some(topic) = self.topic {
            let mut of_topic = Query::select();
            of_topic
                .column(topic_order::Column::OrderId)
                .from(topic_order::Entity)
                .and_where(topic_order::Column::TopicId.eq(topic));
            all = all.add(order::Column::Id.in_subquery(of_topic));
        }
        all
    }

    /// Each part is a walk along one index.
    fn touched(&self) -> SelectStatement {
        let came = self.within(order::Entity, order::Column::Id, order::Column::CreatedAt);
        let closed = self.within(order::Entity, order::Column::Id, order::Column::ClosedAt);
        let clock = deadline::Column::OrderId;
        let stopped = self.within(deadline::Entity, clock, deadline::Column::StoppedAt);
        let judged = self.within(
            verdict::Entity,
            verdict::Column::OrderId,
            verdict::Column::CreatedAt,
        );
        // What is due at 24:00 of the last day is missed on that day.
        let mut due = Query::select();
        due.column(clock)
            .from(deadline::Entity)
            .and_where(deadline::Column::DueAt.gt(self.from))
            .and_where(deadline::Column::DueAt.lte(self.before));
        let mut touched = came;
        for more in [closed, stopped, due, judged] {
            touched.union(UnionType::All, more);
        }
        touched
    }

    fn within<C: ColumnTrait>(
        &self,
        table: impl IntoTableRef,
        id: impl ColumnTrait,
        instant: C,
    ) -> SelectStatement {
        let mut query = Query::select();
        query
            .column(id)
            .from(table)
            .and_where(instant.gte(self.from))
            .and_where(instant.lt(self.before));
        query
    }

    fn ids(&self) -> SelectStatement {
        Query::select()
            .column(order::Column::Id)
            .from(order::Entity)
            .cond_where(self.condition())
            .to_owned()
    }
}

/// How many orders there are, before they are read.
pub async fn count(connection: &impl ConnectionTrait, reach: &ReportScope) -> Result<u64, DbErr> {
    use sea_orm::PaginatorTrait as _;
    order::Entity::find()
        .filter(reach.condition())
        .count(connection)
        .await
}

pub async fn orders(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find()
        .filter(reach.condition())
        .order_by_asc(order::Column::CreatedAt)
        .order_by_asc(order::Column::Id)
        .all(connection)
        .await
}

/// The clocks by order.
pub async fn clocks(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<HashMap<OrderId, Vec<DeadlineState>>, DbErr> {
    type Row = (OrderId, ClockKind, DateTime<Utc>, Option<DateTime<Utc>>, Light);
    let rows: Vec<Row> = deadline::Entity::find()
        .select_only()
        .column(deadline::Column::OrderId)
        .column(deadline::Column::Kind)
        .column(deadline::Column::DueAt)
        .column(deadline::Column::StoppedAt)
        .column(deadline::Column::Light)
        .filter(deadline::Column::OrderId.in_subquery(reach.ids()))
        .into_tuple()
        .all(connection)
        .await?;
    let mut clocks: HashMap<OrderId, Vec<DeadlineState>> = HashMap::new();
    for (order, kind, due_at, stopped_at, light) in rows {
        let clock = DeadlineState {
            kind,
            due_at,
            stopped_at,
            light,
        };
        clocks.entry(order).or_default().push(clock);
    }
    Ok(clocks)
}

/// The verdicts by order, the earliest first.
pub async fn verdicts(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<HashMap<OrderId, Vec<verdict::Model>>, DbErr> {
    let rows = verdict::Entity::find()
        .filter(verdict::Column::OrderId.in_subquery(reach.ids()))
        .order_by_asc(verdict::Column::CreatedAt)
        .order_by_asc(verdict::Column::Id)
        .all(connection)
        .await?;
    let mut verdicts: HashMap<OrderId, Vec<verdict::Model>> = HashMap::new();
    for row in rows {
        verdicts.entry(row.order_id).or_default().push(row);
    }
    Ok(verdicts)
}

/// Urges by people, by order.
pub async fn urges(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<HashMap<OrderId, i64>, DbErr> {
    let rows: Vec<(OrderId, i64)> = urge::Entity::find()
        .select_only()
        .column(urge::Column::OrderId)
        .column_as(urge::Column::Id.count(), "number")
        .filter(urge::Column::PersonId.is_not_null())
        .filter(urge::Column::OrderId.in_subquery(reach.ids()))
        .group_by(urge::Column::OrderId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn supervision_orders(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<HashMap<OrderId, i64>, DbErr> {
    let rows: Vec<(OrderId, i64)> = supervision_order::Entity::find()
        .select_only()
        .column(supervision_order::Column::OrderId)
        .column_as(supervision_order::Column::Id.count(), "number")
        .filter(supervision_order::Column::OrderId.in_subquery(reach.ids()))
        .group_by(supervision_order::Column::OrderId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

pub async fn endorsements(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
) -> Result<HashMap<OrderId, i64>, DbErr> {
    let rows: Vec<(OrderId, i64)> = endorsement::Entity::find()
        .select_only()
        .column(endorsement::Column::OrderId)
        .column_as(endorsement::Column::PersonId.count(), "number")
        .filter(endorsement::Column::OrderId.in_subquery(reach.ids()))
        .group_by(endorsement::Column::OrderId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Orders by number, for the typical cases.
pub async fn by_numbers(
    connection: &impl ConnectionTrait,
    numbers: &[String],
) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find()
        .filter(order::Column::Number.is_in(numbers))
        .all(connection)
        .await
}

/// The photos of these orders, the earliest first.
pub async fn photos(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<order_photo::Model>, DbErr> {
    order_photo::Entity::find()
        .filter(order_photo::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(order_photo::Column::OrderId)
        .order_by_asc(order_photo::Column::Round)
        .all(connection)
        .await
}

/// Delegates as small numbers, so that a report keeps no person.
#[must_use]
pub fn numbered(orders: &[order::Model]) -> HashMap<PersonId, u32> {
    let mut numbers = BTreeMap::new();
    for order in orders {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.entry(order.reporter_id).or_insert(next);
    }
    numbers.into_iter().collect()
}
