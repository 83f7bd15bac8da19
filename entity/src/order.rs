//! 工单: one matter under one number.

use sea_orm::entity::prelude::*;

use crate::ids::{BoundarySetId, OrderId, PersonId, SiteId, UnitId};
use crate::kinds::{
    CategorySource, Channel, ContentCheck, Datum, Light, PlaceRelation, Status, SupervisionLevel,
};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// The number that people use.
    pub number: String,
    /// How the order arrived.
    pub channel: Channel,
    /// The present state.
    pub status: Status,
    /// The handling round, from 1.
    pub round: i32,
    /// Counts changes; a guarded update names the version that it was based on.
    pub version: i32,
    /// The present light.
    pub light: Light,
    /// A description, in words.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Code of the category. `None` if it is unknown.
    pub category_code: Option<String>,
    /// Who or what chose the category.
    pub category_source: CategorySource,
    /// Probability of a suggested category.
    pub category_confidence: Option<f64>,
    /// The delegate whose report it is.
    pub reporter_id: PersonId,
    /// The operator who took the call.
    pub filed_by: Option<PersonId>,
    /// Whether the reporter is hidden from units.
    pub confidential: bool,
    /// WGS-84 degrees. `None` if the place is given in words only.
    pub longitude: Option<f64>,
    /// WGS-84 degrees.
    pub latitude: Option<f64>,
    /// The coordinate as received.
    pub given_longitude: Option<f64>,
    /// The coordinate as received.
    pub given_latitude: Option<f64>,
    /// The datum of the coordinate as received.
    pub given_datum: Option<Datum>,
    /// Accuracy of the position in metres, as the phone states it.
    pub accuracy_m: Option<f64>,
    /// The place, in words.
    pub address: Option<String>,
    /// The boundary set that it belongs to.
    pub boundary_set_id: Option<BoundarySetId>,
    /// Code of the county-level area.
    pub area_code: Option<String>,
    /// Code of the township, if the place is in one that is known.
    pub township_code: Option<String>,
    /// The functional zone, if the place is in one.
    pub zone: Option<String>,
    /// How the place was found.
    pub place_relation: PlaceRelation,
    /// The unit that it concerns.
    pub unit_id: Option<UnitId>,
    /// The reason of the dispatch: rule, area, candidates.
    pub dispatch: Json,
    /// Whether it is a 疑难工单.
    pub difficult: bool,
    /// Whether a committee tracks it (重点跟踪).
    pub tracked: bool,
    /// The committee that follows it.
    pub committee: Option<String>,
    /// 一类事: the kind given by an analyst or by the pack's rules.
    pub kind: Option<String>,
    /// The highest level of supervision so far.
    pub supervision_level: SupervisionLevel,
    /// Whether the delegate wants to be asked for a verdict.
    pub wants_follow_up: bool,
    /// When the reporter saw it.
    pub occurred_at: Option<DateTimeUtc>,
    /// The site that it belongs to.
    pub site_id: Option<SiteId>,
    /// The call centre's id of the call.
    pub call_id: Option<String>,
    /// Number of returns.
    pub returns: i32,
    /// Number of granted extensions.
    pub extensions_granted: i32,
    /// Number of dissatisfied verdicts.
    pub dissatisfied_count: i32,
    /// Due time of the nearest running deadline. `None` if none runs.
    pub due_at: Option<DateTimeUtc>,
    /// When the present stage was reached.
    pub stage_since: DateTimeUtc,
    /// The row that this one became part of.
    pub merged_into: Option<OrderId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// When it was last dispatched.
    pub dispatched_at: Option<DateTimeUtc>,
    /// When the unit accepted (签收).
    pub accepted_at: Option<DateTimeUtc>,
    /// When the reply was given.
    pub replied_at: Option<DateTimeUtc>,
    /// When it was closed. `None` while it is open.
    pub closed_at: Option<DateTimeUtc>,
    /// Whether other delegates may read what the delegate wrote.
    pub content_check: ContentCheck,
    /// The file that the order was imported from; `None` for orders of this system.
    pub import_id: Option<i64>,
    /// Kind of emergency by the rules of the city pack: a person dispatches it.
    pub emergency: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
