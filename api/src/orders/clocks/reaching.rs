//! Running deadlines that were counted without an announcement and end in the year that lacks one.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use entity::kinds::ClockKind;
use entity::{deadline, order};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::app::App;
use crate::deadlines::calendar::end_of_day;
use crate::error::Result;

/// Deadlines on one page.
pub const PAGE: u64 = 100;

/// A running deadline that will be recalculated when the notice of its year is imported.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ReachingDeadline {
    /// The order's number.
    pub number: String,
    pub kind: ClockKind,
    pub due_at: DateTime<Utc>,
}

/// Counts the provisional deadlines that end in this year or later.
pub async fn count(app: &App, year: i32, zone: Tz) -> Result<u64> {
    Ok(reaching(year, zone).count(&app.db).await?)
}

/// Returns a page of the provisional deadlines that end in this year or later, the nearest first. The first page is 0.
pub async fn list(app: &App, year: i32, zone: Tz, page: u64) -> Result<Vec<ReachingDeadline>> {
    let rows = reaching(year, zone)
        .join(
            JoinType::InnerJoin,
            deadline::Entity::belongs_to(order::Entity)
                .from(deadline::Column::OrderId)
                .to(order::Column::Id)
                .into(),
        )
        .select_only()
        .column(order::Column::Number)
        .columns([deadline::Column::Kind, deadline::Column::DueAt])
        .order_by_asc(deadline::Column::DueAt)
        .order_by_asc(deadline::Column::Id)
        .offset(page.saturating_mul(PAGE))
        .limit(PAGE)
        .into_model()
        .all(&app.db)
        .await?;
    Ok(rows)
}

fn reaching(year: i32, zone: Tz) -> Select<deadline::Entity> {
    let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap_or_default();
    // 24:00 on 31 December is 00:00 of the new year, and ends in the old one.
    deadline::Entity::find()
        .filter(deadline::Column::StoppedAt.is_null())
        .filter(deadline::Column::Provisional.eq(true))
        .filter(deadline::Column::DueAt.gt(end_of_day(eve, zone)))
}
