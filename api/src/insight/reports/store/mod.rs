//! Queries of reports: those themselves, and what they tell besides counts. `facts.rs`: what they are counted from.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{PersonId, ReportId, TopicId};
use entity::kinds::{AreaLevel, RecipientKind, ReportKind, ReportStage, ReportStatus};
use entity::{area, boundary_set, campaign, insight_report, insight_report_recipient};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::insight::reports::period::DateRange;

pub mod drafts;
mod facts;

pub use facts::{
    ReportScope, by_numbers, clocks, count, endorsements, numbered, orders, photos, supervision_orders,
    urges, verdicts,
};

/// Campaigns that were opened or closed in the period, or ran through it.
pub async fn campaigns(
    connection: &impl ConnectionTrait,
    reach: &ReportScope,
    limit: u64,
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
        .limit(limit)
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
#[derive(Clone, Debug, FromQueryResult)]
pub struct Head {
    pub id: ReportId,
    pub kind: ReportKind,
    pub area_code: Option<String>,
    pub topic_id: Option<TopicId>,
    pub from_day: NaiveDate,
    pub to_day: NaiveDate,
    pub version: i32,
    pub title: String,
    pub stage: ReportStage,
    pub revision: i32,
    pub document_number: Option<String>,
    pub issued_at: Option<DateTime<Utc>>,
    pub sent_at: Option<DateTime<Utc>>,
    pub status: ReportStatus,
    pub progress: i32,
    pub requested_by: Option<PersonId>,
    pub requested_at: DateTime<Utc>,
    pub ready_at: Option<DateTime<Utc>>,
}

/// The newest first; a county's people see their county's and those sent to it.
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
        C::TopicId,
        C::FromDay,
        C::ToDay,
        C::Version,
        C::Title,
        C::Stage,
        C::Revision,
        C::DocumentNumber,
        C::IssuedAt,
        C::SentAt,
        C::Status,
        C::Progress,
        C::RequestedBy,
        C::RequestedAt,
        C::ReadyAt,
    ]);
    if let Some(area) = area {
        let mut sent = Query::select();
        sent.column(insight_report_recipient::Column::ReportId)
            .from(insight_report_recipient::Entity)
            .and_where(insight_report_recipient::Column::Kind.eq(RecipientKind::County))
            .and_where(insight_report_recipient::Column::Name.eq(area));
        let theirs = Condition::any()
            .add(C::AreaCode.eq(area))
            .add(C::Id.in_subquery(sent));
        query = query.filter(theirs);
    }
    if let Some((at, id)) = after {
        let same = C::RequestedAt.eq(at).and(C::Id.lt(id));
        query = query.filter(Condition::any().add(C::RequestedAt.lt(at)).add(same));
    }
    query
        .order_by_desc(C::RequestedAt)
        .order_by_desc(C::Id)
        .limit(limit)
        .into_model()
        .all(connection)
        .await
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: ReportId,
) -> Result<Option<insight_report::Model>, DbErr> {
    insight_report::Entity::find_by_id(id).one(connection).await
}

/// The subject of a report.
#[derive(Clone, Copy, Debug)]
pub struct ReportSubject<'a> {
    pub kind: ReportKind,
    pub period: DateRange,
    /// None: the whole city.
    pub area: Option<&'a str>,
    pub topic: Option<TopicId>,
}

/// Returns the number of the latest report about exactly this, 0 if there is none.
pub async fn latest_version(
    connection: &impl ConnectionTrait,
    about: ReportSubject<'_>,
) -> Result<i32, DbErr> {
    use insight_report::Column as C;
    let ReportSubject {
        kind,
        period,
        area,
        topic,
    } = about;
    let of_topic = match topic {
        Some(topic) => C::TopicId.eq(topic),
        None => C::TopicId.is_null(),
    };
    let of_area = match area {
        Some(area) => C::AreaCode.eq(area),
        None => C::AreaCode.is_null(),
    };
    let latest: Option<Option<i32>> = insight_report::Entity::find()
        .select_only()
        .column_as(C::Version.max(), "latest")
        .filter(C::Kind.eq(kind))
        .filter(of_area)
        .filter(of_topic)
        .filter(C::FromDay.eq(period.from))
        .filter(C::ToDay.eq(period.to))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(latest.flatten().unwrap_or(0))
}

/// The content of a finished report.
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

/// Of these topics, those that a report has been asked for about since then.
pub async fn reported_since(
    connection: &impl ConnectionTrait,
    topics: &[TopicId],
    since: DateTime<Utc>,
) -> Result<HashSet<TopicId>, DbErr> {
    use insight_report::Column as C;
    let found: Vec<Option<TopicId>> = insight_report::Entity::find()
        .select_only()
        .column(C::TopicId)
        .filter(C::Kind.eq(ReportKind::Topic))
        .filter(C::RequestedAt.gt(since))
        .filter(C::TopicId.is_in(topics.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().flatten().collect())
}
