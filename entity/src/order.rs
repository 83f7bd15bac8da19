//! 工单: one matter under one number.

use sea_orm::entity::prelude::*;

use crate::ids::{BoundarySetId, OrderId, PersonId, SiteId, UnitId};
use crate::kinds::{
    CategorySource, Channel, ContentCheck, Datum, Light, PlaceRelation, Status, SupervisionLevel,
};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub number: String,
    pub channel: Channel,
    pub status: Status,
    pub round: i32,
    pub version: i32,
    pub light: Light,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub category_code: Option<String>,
    pub category_source: CategorySource,
    pub category_confidence: Option<f64>,
    pub reporter_id: PersonId,
    /// The operator who took the call.
    pub filed_by: Option<PersonId>,
    pub confidential: bool,
    /// WGS-84 degrees. `None` if the place is given in words only.
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// The coordinate as received.
    pub given_longitude: Option<f64>,
    pub given_latitude: Option<f64>,
    pub given_datum: Option<Datum>,
    pub accuracy_m: Option<f64>,
    pub address: Option<String>,
    pub boundary_set_id: Option<BoundarySetId>,
    pub area_code: Option<String>,
    pub township_code: Option<String>,
    pub zone: Option<String>,
    pub place_relation: PlaceRelation,
    pub unit_id: Option<UnitId>,
    /// The reason of the dispatch: rule, area, candidates.
    pub dispatch: Json,
    pub difficult: bool,
    pub tracked: bool,
    pub committee: Option<String>,
    /// 一类事: the kind given by an analyst or by the pack's rules.
    pub kind: Option<String>,
    pub supervision_level: SupervisionLevel,
    pub wants_follow_up: bool,
    pub occurred_at: Option<DateTimeUtc>,
    pub site_id: Option<SiteId>,
    pub call_id: Option<String>,
    pub returns: i32,
    pub extensions_granted: i32,
    pub dissatisfied_count: i32,
    /// Due time of the nearest running deadline. `None` if none runs.
    pub due_at: Option<DateTimeUtc>,
    pub stage_since: DateTimeUtc,
    pub merged_into: Option<OrderId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub dispatched_at: Option<DateTimeUtc>,
    pub accepted_at: Option<DateTimeUtc>,
    pub replied_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    /// Whether other delegates may read what the delegate wrote.
    pub content_check: ContentCheck,
    /// The file that the order was imported from; `None` for orders of this system.
    pub import_id: Option<i64>,
    /// Kind of emergency by the rules of the city pack: a person dispatches it.
    pub emergency: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
