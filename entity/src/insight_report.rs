//! 专项分析报告: a report about a period, with the facts behind it.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ReportId, TopicId};
use crate::kinds::{ReportKind, ReportStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    pub kind: ReportKind,
    /// County-level code. `None` for the whole city.
    pub area_code: Option<String>,
    /// The topic that a report of kind `topic` is about.
    pub topic_id: Option<TopicId>,
    /// First and last day in local time.
    pub from_day: Date,
    pub to_day: Date,
    /// Version of reports about the same subject, from 1; earlier versions are kept.
    pub version: i32,
    pub title: String,
    pub status: ReportStatus,
    /// Percent.
    pub progress: i32,
    /// `None` for scheduled reports.
    pub requested_by: Option<PersonId>,
    pub requested_at: DateTimeUtc,
    pub ready_at: Option<DateTimeUtc>,
    /// Sections, tables, charts and figures, as JSON.
    pub body: Option<Json>,
    /// One row per order, compressed; every figure can be recalculated from it.
    pub facts: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
