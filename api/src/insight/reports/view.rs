//! Reports as a reader of the API gets them.

use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::ids::{ReportId, TopicId};
use entity::kinds::{RecipientKind, ReportKind, ReportStage, ReportStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    pub id: ReportId,
    pub kind: ReportKind,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    /// The topic whose orders alone it is about.
    pub topic: Option<TopicId>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub version: i32,
    pub title: String,
    pub stage: ReportStage,
    /// Of the text within this version; an edit makes the next one.
    pub revision: i32,
    /// 期号, once it is issued.
    pub document_number: Option<String>,
    pub issued_at: Option<DateTime<FixedOffset>>,
    pub sent_at: Option<DateTime<FixedOffset>>,
    pub status: ReportStatus,
    /// Percent.
    pub progress: i32,
    /// False for the calendar's own.
    pub on_request: bool,
    pub requested_at: DateTime<FixedOffset>,
    pub ready_at: Option<DateTime<FixedOffset>>,
}

/// An order that a figure counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedOrder {
    pub number: String,
    /// How often: the figure is the sum. Two verdicts of one order in the period are two.
    pub times: u64,
}

/// A revision of the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevisionView {
    pub revision: i32,
    pub title: String,
    /// Who edited it; none for the text as the job wrote it.
    pub edited_by: Option<String>,
    pub edited_at: DateTime<FixedOffset>,
}

/// To whom the report was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecipientView {
    pub kind: RecipientKind,
    /// Name of the county or the committee.
    pub name: String,
    pub sent_at: DateTime<FixedOffset>,
}
