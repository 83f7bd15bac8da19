//! Revisions, numbers and recipients of reports.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, ReportId};
use entity::kinds::{RecipientKind, ReportStage, ReportStatus};
use entity::{insight_report, insight_report_number, insight_report_recipient, insight_report_revision};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel as _, QueryFilter, QueryOrder,
};

/// A new text of a report.
pub struct NewRevision {
    pub title: String,
    pub body: serde_json::Value,
    pub by: PersonId,
}

/// Keeps a revision; one that is kept already stays.
pub async fn keep(
    connection: &impl ConnectionTrait,
    row: insight_report_revision::Model,
) -> Result<(), DbErr> {
    use insight_report_revision::Column as C;
    insight_report_revision::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([C::ReportId, C::Revision])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Replaces the text of a draft at `revision`. Returns `false` if it is no draft or has another revision by now.
pub async fn replace(
    connection: &impl ConnectionTrait,
    report: &insight_report::Model,
    new: &NewRevision,
) -> Result<bool, DbErr> {
    use insight_report::Column as C;
    let changed = insight_report::Entity::update_many()
        .col_expr(C::Title, Expr::value(new.title.clone()))
        .col_expr(C::Body, Expr::value(new.body.clone()))
        .col_expr(C::Revision, Expr::value(report.revision + 1))
        .filter(C::Id.eq(report.id))
        .filter(C::Status.eq(ReportStatus::Ready))
        .filter(C::Stage.eq(ReportStage::Draft))
        .filter(C::Revision.eq(report.revision))
        .exec(connection)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Issues a draft at its revision. Returns `false` if it was issued or edited in between.
pub async fn issue(
    connection: &impl ConnectionTrait,
    report: &insight_report::Model,
    number: &str,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    use insight_report::Column as C;
    let changed = insight_report::Entity::update_many()
        .col_expr(C::Stage, Expr::value(ReportStage::Issued))
        .col_expr(C::DocumentNumber, Expr::value(number))
        .col_expr(C::IssuedBy, Expr::value(by))
        .col_expr(C::IssuedAt, Expr::value(now))
        .filter(C::Id.eq(report.id))
        .filter(C::Stage.eq(ReportStage::Draft))
        .filter(C::Revision.eq(report.revision))
        .exec(connection)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Marks a report as sent; the first time counts.
pub async fn mark_sent(
    connection: &impl ConnectionTrait,
    id: ReportId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    use insight_report::Column as C;
    insight_report::Entity::update_many()
        .col_expr(C::Stage, Expr::value(ReportStage::Sent))
        .col_expr(C::SentAt, Expr::value(now))
        .filter(C::Id.eq(id))
        .filter(C::Stage.eq(ReportStage::Issued))
        .exec(connection)
        .await?;
    Ok(())
}

/// The next number of an organ's issued reports in a year, from 1. The row is locked until the transaction ends.
pub async fn next_number(connection: &impl ConnectionTrait, organ: &str, year: i32) -> Result<i32, DbErr> {
    use insight_report_number::Column as C;
    let row = insight_report_number::ActiveModel {
        organ: Set(organ.to_owned()),
        year: Set(year),
        next: Set(1),
    };
    let next = Expr::col((insight_report_number::Entity, C::Next)).add(1);
    insight_report_number::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([C::Organ, C::Year])
                .value(C::Next, next)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    let row = insight_report_number::Entity::find_by_id((organ.to_owned(), year))
        .one(connection)
        .await?;
    row.map(|row| row.next)
        .ok_or_else(|| DbErr::RecordNotFound("insight_report_number".to_owned()))
}

/// Adds a recipient. Returns `false` if the report was sent to it before.
pub async fn add_recipient(
    connection: &impl ConnectionTrait,
    row: insight_report_recipient::Model,
) -> Result<bool, DbErr> {
    use insight_report_recipient::Column as C;
    let inserted = insight_report_recipient::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([C::ReportId, C::Name])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)))
}

pub async fn recipients(
    connection: &impl ConnectionTrait,
    report: ReportId,
) -> Result<Vec<insight_report_recipient::Model>, DbErr> {
    use insight_report_recipient::Column as C;
    insight_report_recipient::Entity::find()
        .filter(C::ReportId.eq(report))
        .order_by_asc(C::SentAt)
        .order_by_asc(C::Kind)
        .order_by_asc(C::Name)
        .all(connection)
        .await
}

/// Whether the report was sent to a county.
pub async fn was_sent_to(
    connection: &impl ConnectionTrait,
    report: ReportId,
    county: &str,
) -> Result<bool, DbErr> {
    let key = (report, county.to_owned());
    let row = insight_report_recipient::Entity::find_by_id(key)
        .one(connection)
        .await?;
    Ok(row.is_some_and(|row| row.kind == RecipientKind::County))
}

/// The revisions, the first first.
pub async fn revisions(
    connection: &impl ConnectionTrait,
    report: ReportId,
) -> Result<Vec<insight_report_revision::Model>, DbErr> {
    insight_report_revision::Entity::find()
        .filter(insight_report_revision::Column::ReportId.eq(report))
        .order_by_asc(insight_report_revision::Column::Revision)
        .all(connection)
        .await
}

pub async fn revision(
    connection: &impl ConnectionTrait,
    report: ReportId,
    revision: i32,
) -> Result<Option<insight_report_revision::Model>, DbErr> {
    insight_report_revision::Entity::find_by_id((report, revision))
        .one(connection)
        .await
}
