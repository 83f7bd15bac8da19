//! 专项分析报告: what was said about a period, with the facts it was said from.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ReportId, TopicId};
use crate::kinds::{ReportKind, ReportStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    pub kind: ReportKind,
    /// County-level code; none for the whole city.
    pub area_code: Option<String>,
    /// The topic that a report of kind `topic` is about.
    pub topic_id: Option<TopicId>,
    /// First and last day, in the city.
    pub from_day: Date,
    pub to_day: Date,
    /// 1, 2 … for reports about the same; an earlier one is kept.
    pub version: i32,
    pub title: String,
    pub status: ReportStatus,
    /// Percent.
    pub progress: i32,
    /// None for the calendar's own reports.
    pub requested_by: Option<PersonId>,
    pub requested_at: DateTimeUtc,
    pub ready_at: Option<DateTimeUtc>,
    /// Sections, tables, charts and figures, as JSON.
    pub body: Option<Json>,
    /// One line an order, compressed; every figure can be counted again from it.
    pub facts: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
