//! The visible representation of an order. It contains only what the caller may read.

use chrono::{DateTime, FixedOffset, NaiveDate};
use entity::ids::{AssignmentId, ExtensionId, PhotoId, ReplyId, UnitId, VerdictId};
use entity::kinds::{
    AssignmentRole, AssignmentStatus, CategorySource, Channel, ClockKind, ContentCheck, Datum, DecisionKind,
    ExtensionStatus, Light, PersonLevel, PhotoRole, PlaceRelation, Satisfaction, Solved, Status,
    SupervisionLevel, UnitLevel,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::city::emergencies::EmergencyView;
use crate::files::attach::AttachedFile;
use crate::videos::view::VideoView;
use crate::watch_lists::near::WatchedPlace;

pub mod available_actions;
pub mod build;
pub mod labels;
pub mod limits;
pub mod load;
mod media;
pub mod progress;
pub mod read;
pub mod summary;

pub use build::build_view;
pub use limits::ActionLimits;
pub use media::sign_links_anew;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderView {
    pub number: String,
    pub channel: Channel,
    pub status: Status,
    /// 1 is the first handling; 2 and more are second handlings.
    pub round: i32,
    /// For `If-Match`.
    pub version: i32,
    pub light: Light,
    pub description: String,
    pub category: CategoryView,
    pub location: Option<LocationView>,
    pub address: Option<String>,
    pub area: Option<AreaView>,
    pub township: Option<AreaView>,
    /// Functional zone.
    pub zone: Option<String>,
    pub place_relation: PlaceRelation,
    pub unit: Option<UnitView>,
    pub support_units: Vec<UnitView>,
    pub dispatch: DispatchView,
    pub deadlines: Vec<DeadlineView>,
    /// The nearest running deadline.
    pub due_at: Option<DateTime<FixedOffset>>,
    pub difficult: bool,
    pub tracked: bool,
    pub committee: Option<String>,
    pub supervision_level: SupervisionLevel,
    /// 督办单, the first issued first; for units, operators and supervisors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervision_orders: Option<Vec<SupervisionOrderView>>,
    /// Places of watch lists (重点监管名单) within 50 m.
    #[serde(default)]
    pub watched: Vec<WatchedPlace>,
    pub extensions: Vec<ExtensionView>,
    pub photos: Vec<OrderPhoto>,
    /// The report's short video. Whether the caller may play it is told by its `url`.
    #[serde(default)]
    #[schema(required = true)]
    pub video: Option<VideoView>,
    pub endorsements: EndorsementsView,
    pub verdicts: Vec<VerdictView>,
    pub replies: Vec<ReplyView>,
    /// Every unit's charge; for units and staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Vec<AssignmentView>>,
    /// None where the report is confidential and the caller may not know.
    pub reporter: Option<ReporterView>,
    pub confidential: bool,
    /// Whether other delegates who see the order may read the report. Until it is `pass` their copy contains neither
    /// words nor photos; staff and the reporter see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_check: Option<ContentCheck>,
    /// Set if the report tells of an emergency; an operator dispatches it.
    #[serde(default)]
    #[schema(required = true)]
    pub emergency: Option<EmergencyView>,
    pub wants_follow_up: bool,
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// The order that this one was merged into.
    pub merged_into: Option<String>,
    pub stage: Status,
    pub stage_since: DateTime<FixedOffset>,
    pub created_at: DateTime<FixedOffset>,
    pub updated_at: DateTime<FixedOffset>,
    /// The caller's available actions.
    pub actions: Vec<String>,
    /// The numbers that limit them.
    #[serde(default)]
    #[schema(required = true)]
    pub limits: ActionLimits,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CategoryView {
    pub code: Option<String>,
    pub name: Option<String>,
    pub source: CategorySource,
    /// 0 to 1; only of a suggestion.
    pub confidence: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LocationView {
    pub longitude: f64,
    pub latitude: f64,
    /// Always `wgs84`.
    pub datum: Datum,
    pub accuracy_m: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AreaView {
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UnitView {
    pub id: UnitId,
    pub name: String,
    pub level: UnitLevel,
}

/// The reason of the dispatch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DispatchView {
    /// The row of the duty table, or the name of another rule. `None` if an operator decides.
    pub rule: Option<String>,
    pub reason: String,
    /// Neighbouring areas, where the place is near a border.
    pub candidates: Vec<CandidateView>,
    /// 终审派单: the unit may not return it.
    #[serde(rename = "final")]
    pub is_final: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CandidateView {
    pub code: String,
    pub name: String,
    pub distance_m: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeadlineView {
    pub kind: ClockKind,
    pub round: i32,
    pub started_at: DateTime<FixedOffset>,
    pub due_at: DateTime<FixedOffset>,
    pub stopped_at: Option<DateTime<FixedOffset>>,
    pub light: Light,
    /// `announced`, or `provisional` where a year's holidays are not known yet.
    pub calendar: String,
    /// The sum that a clerk can check: rule, days, what was left out and why, in words and in parts.
    #[schema(value_type = Object)]
    pub explanation: Value,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExtensionView {
    pub id: ExtensionId,
    pub round: i32,
    pub reason: String,
    /// Working days.
    pub days: i32,
    pub status: ExtensionStatus,
    pub asked_at: DateTime<FixedOffset>,
    pub decided_at: Option<DateTime<FixedOffset>>,
    pub note: Option<String>,
    pub due_before: DateTime<FixedOffset>,
    pub due_after: Option<DateTime<FixedOffset>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderPhoto {
    pub id: PhotoId,
    pub role: PhotoRole,
    pub round: i32,
    pub flags: Vec<String>,
    pub urls: OrderPhotoUrls,
}

/// Short-lived links.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderPhotoUrls {
    pub large: String,
    pub thumb: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct EndorsementsView {
    pub count: u64,
    /// Whether the caller's is among them.
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerdictView {
    pub id: VerdictId,
    pub round: i32,
    pub result: Satisfaction,
    pub process: Option<Satisfaction>,
    pub solved: Solved,
    pub comment: Option<String>,
    pub created_at: DateTime<FixedOffset>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReplyView {
    pub id: ReplyId,
    pub round: i32,
    pub unit: Option<UnitView>,
    pub public_reply: String,
    /// 办理情况, internal; for units and staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub contacted: Option<ContactedView>,
    pub supplementary: bool,
    /// 责令改正 and other administrative decisions, as evidence.
    #[serde(default)]
    pub decisions: Vec<DecisionView>,
    pub created_at: DateTime<FixedOffset>,
}

/// An administrative decision of the unit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    pub kind: DecisionKind,
    /// In Chinese.
    pub title: String,
    pub document_number: String,
    pub date: NaiveDate,
    pub summary: Option<String>,
    /// For units and staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<AttachedFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ContactedView {
    pub at: DateTime<FixedOffset>,
    pub how: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AssignmentView {
    pub id: AssignmentId,
    pub round: i32,
    pub unit: Option<UnitView>,
    pub role: AssignmentRole,
    pub status: AssignmentStatus,
    pub requirement: Option<String>,
    pub due_at: Option<DateTime<FixedOffset>>,
    /// The unit's account of its part.
    pub account: Option<String>,
    pub created_at: DateTime<FixedOffset>,
    pub accepted_at: Option<DateTime<FixedOffset>>,
    pub done_at: Option<DateTime<FixedOffset>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReporterView {
    pub name: String,
    pub level: Option<PersonLevel>,
}

/// 督办单 as the order shows it; its own page is the PDF.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SupervisionOrderView {
    pub number: String,
    pub round: i32,
    pub level: SupervisionLevel,
    pub requirement: String,
    pub issued_at: DateTime<FixedOffset>,
    pub due_at: DateTime<FixedOffset>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<FixedOffset>>,
    /// The body that issued it; none of those issued before it was recorded.
    #[serde(default)]
    pub issuer: Option<String>,
    /// When its order was closed; then it is asked for no more.
    #[serde(default)]
    pub closed_at: Option<DateTime<FixedOffset>>,
}
