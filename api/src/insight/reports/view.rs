//! Reports as a reader of the API gets them.

use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::ids::{ReportId, TopicId};
use entity::kinds::{ReportKind, ReportStatus};
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
