//! 专项分析报告: a report about a period, with the facts behind it.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ReportId, TopicId};
use crate::kinds::{ReportKind, ReportStage, ReportStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    /// The kind of the row.
    pub kind: ReportKind,
    /// County-level code. `None` for the whole city.
    pub area_code: Option<String>,
    /// The topic that a report of kind `topic` is about.
    pub topic_id: Option<TopicId>,
    /// First and last day in local time.
    pub from_day: Date,
    /// The last day of the period.
    pub to_day: Date,
    /// Version of reports about the same subject, from 1; earlier versions are kept.
    pub version: i32,
    /// The title as people read it.
    pub title: String,
    /// The present state.
    pub status: ReportStatus,
    /// Percent.
    pub progress: i32,
    /// `None` for scheduled reports.
    pub requested_by: Option<PersonId>,
    /// When it was requested.
    pub requested_at: DateTimeUtc,
    /// When it was ready. `None` while it is being made.
    pub ready_at: Option<DateTimeUtc>,
    /// Stage.
    pub stage: ReportStage,
    /// Revision of the text within this version, from 1; earlier ones are in `insight_report_revision`.
    pub revision: i32,
    /// 期号, given when the report is issued.
    pub document_number: Option<String>,
    /// Issued by.
    pub issued_by: Option<PersonId>,
    /// When it was issued.
    pub issued_at: Option<DateTimeUtc>,
    /// When it was first sent.
    pub sent_at: Option<DateTimeUtc>,
    /// Sections, tables, charts and figures, as JSON.
    pub body: Option<Json>,
    /// One row per order, compressed; every figure can be recalculated from it.
    pub facts: Option<Vec<u8>>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
