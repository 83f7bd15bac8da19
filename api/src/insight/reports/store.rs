//! Queries of reports: the facts of a period, a fixed number of queries however many orders there are, and the
//! reports themselves.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, ReportId};
use entity::kinds::{AreaLevel, ClockKind, ReportKind, ReportStatus};
use entity::{
    area, boundary_set, campaign, deadline, endorsement, insight_report, order, supervision_order, urge,
    verdict,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::insight::reports::facts::ClockFact;

/// Which orders a report reads.
#[derive(Clone, Debug)]
pub struct Reach {
    pub from: DateTime<Utc>,
    pub before: DateTime<Utc>,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
}

impl Reach {
    fn condition(&self) -> Condition {
        let all = Condition::all()
            .add(order::Column::CreatedAt.gte(self.from))
            .add(order::Column::CreatedAt.lt(self.before))
            .add(order::Column::MergedInto.is_null());
        match &self.area {
            Some(area) => all.add(order::Column::AreaCode.eq(area.as_str())),
            None => all,
        }
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
pub async fn count(connection: &impl ConnectionTrait, reach: &Reach) -> Result<u64, DbErr> {
    use sea_orm::PaginatorTrait as _;
    order::Entity::find()
        .filter(reach.condition())
        .count(connection)
        .await
}

pub async fn orders(connection: &impl ConnectionTrait, reach: &Reach) -> Result<Vec<order::Model>, DbErr> {
    order::Entity::find()
        .filter(reach.condition())
        .order_by_asc(order::Column::CreatedAt)
        .order_by_asc(order::Column::Id)
        .all(connection)
        .await
}

/// The clocks of a kind, by order.
pub async fn clocks(
    connection: &impl ConnectionTrait,
    reach: &Reach,
    kind: ClockKind,
) -> Result<HashMap<OrderId, Vec<ClockFact>>, DbErr> {
    let rows: Vec<(OrderId, DateTime<Utc>, Option<DateTime<Utc>>)> = deadline::Entity::find()
        .select_only()
        .column(deadline::Column::OrderId)
        .column(deadline::Column::DueAt)
        .column(deadline::Column::StoppedAt)
        .filter(deadline::Column::Kind.eq(kind))
        .filter(deadline::Column::OrderId.in_subquery(reach.ids()))
        .into_tuple()
        .all(connection)
        .await?;
    let mut clocks: HashMap<OrderId, Vec<ClockFact>> = HashMap::new();
    for (order, due_at, stopped_at) in rows {
        clocks
            .entry(order)
            .or_default()
            .push(ClockFact { due_at, stopped_at });
    }
    Ok(clocks)
}

/// The latest verdict of each order.
pub async fn verdicts(
    connection: &impl ConnectionTrait,
    reach: &Reach,
) -> Result<HashMap<OrderId, verdict::Model>, DbErr> {
    let rows = verdict::Entity::find()
        .filter(verdict::Column::OrderId.in_subquery(reach.ids()))
        .order_by_asc(verdict::Column::CreatedAt)
        .order_by_asc(verdict::Column::Id)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}

/// Urges by people, by order.
pub async fn urges(connection: &impl ConnectionTrait, reach: &Reach) -> Result<HashMap<OrderId, i64>, DbErr> {
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
    reach: &Reach,
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
    reach: &Reach,
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

/// Campaigns that were opened or closed in the period, or ran through it.
pub async fn campaigns(
    connection: &impl ConnectionTrait,
    reach: &Reach,
    most: u64,
) -> Result<Vec<campaign::Model>, DbErr> {
    let running = Condition::any()
        .add(campaign::Column::ClosedAt.is_null())
        .add(campaign::Column::ClosedAt.gte(reach.from));
    let mut query = campaign::Entity::find()
        .filter(campaign::Column::OpenedAt.lt(reach.before))
        .filter(running);
    if let Some(area) = &reach.area {
        query = query.filter(campaign::Column::AreaCode.eq(area.as_str()));
    }
    query
        .order_by_asc(campaign::Column::OpenedAt)
        .limit(most)
        .all(connection)
        .await
}

/// The counties' outlines of the active boundary set, by code.
pub async fn outlines(connection: &impl ConnectionTrait) -> Result<Vec<(String, serde_json::Value)>, DbErr> {
    let active = Query::select()
        .column(boundary_set::Column::Id)
        .from(boundary_set::Entity)
        .and_where(boundary_set::Column::Active.eq(true))
        .to_owned();
    let rows: Vec<(String, Option<serde_json::Value>)> = area::Entity::find()
        .select_only()
        .column(area::Column::Code)
        .column(area::Column::Geometry)
        .filter(area::Column::BoundarySetId.in_subquery(active))
        .filter(area::Column::Level.eq(AreaLevel::County))
        .order_by_asc(area::Column::Position)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(code, geometry)| geometry.map(|geometry| (code, geometry)))
        .collect())
}

/// A report without its body and its facts.
pub type Head = (
    ReportId,
    ReportKind,
    Option<String>,
    chrono::NaiveDate,
    chrono::NaiveDate,
    i32,
    String,
    ReportStatus,
    i32,
    Option<PersonId>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
);

/// The newest first; a county's people see their county's.
pub async fn list(
    connection: &impl ConnectionTrait,
    area: Option<&str>,
    after: Option<(DateTime<Utc>, ReportId)>,
    limit: u64,
) -> Result<Vec<Head>, DbErr> {
    use insight_report::Column as C;
    let mut query = insight_report::Entity::find().select_only().columns([
        C::Id,
        C::Kind,
        C::AreaCode,
        C::FromDay,
        C::ToDay,
        C::Version,
        C::Title,
        C::Status,
        C::Progress,
        C::RequestedBy,
        C::RequestedAt,
        C::ReadyAt,
    ]);
    if let Some(area) = area {
        query = query.filter(C::AreaCode.eq(area));
    }
    if let Some((at, id)) = after {
        let same = C::RequestedAt.eq(at).and(C::Id.lt(id));
        query = query.filter(Condition::any().add(C::RequestedAt.lt(at)).add(same));
    }
    query
        .order_by_desc(C::RequestedAt)
        .order_by_desc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: ReportId,
) -> Result<Option<insight_report::Model>, DbErr> {
    insight_report::Entity::find_by_id(id).one(connection).await
}

/// How many there are about exactly this.
pub async fn versions(
    connection: &impl ConnectionTrait,
    kind: ReportKind,
    area: Option<&str>,
    days: (chrono::NaiveDate, chrono::NaiveDate),
) -> Result<i32, DbErr> {
    use insight_report::Column as C;
    let of_area = match area {
        Some(area) => C::AreaCode.eq(area),
        None => C::AreaCode.is_null(),
    };
    let latest: Option<Option<i32>> = insight_report::Entity::find()
        .select_only()
        .column_as(C::Version.max(), "latest")
        .filter(C::Kind.eq(kind))
        .filter(of_area)
        .filter(C::FromDay.eq(days.0))
        .filter(C::ToDay.eq(days.1))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(latest.flatten().unwrap_or(0))
}

/// What a finished report holds.
pub struct Finished {
    pub body: serde_json::Value,
    pub facts: Vec<u8>,
}

/// Finishes a report that is still queued; whether it was.
pub async fn finish(
    connection: &impl ConnectionTrait,
    id: ReportId,
    finished: Finished,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    use insight_report::Column as C;
    let done = insight_report::Entity::update_many()
        .col_expr(C::Status, Expr::value(ReportStatus::Ready.as_str()))
        .col_expr(C::Progress, Expr::value(100))
        .col_expr(C::ReadyAt, Expr::value(now))
        .col_expr(C::Body, Expr::value(finished.body))
        .col_expr(C::Facts, Expr::value(finished.facts))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(ReportStatus::Queued))
        .exec(connection)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Says how far a queued report is, or that it failed.
pub async fn mark(
    connection: &impl ConnectionTrait,
    id: ReportId,
    status: ReportStatus,
    progress: i32,
) -> Result<(), DbErr> {
    use insight_report::Column as C;
    insight_report::Entity::update_many()
        .col_expr(C::Status, Expr::value(status.as_str()))
        .col_expr(C::Progress, Expr::value(progress))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(ReportStatus::Queued))
        .exec(connection)
        .await?;
    Ok(())
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
