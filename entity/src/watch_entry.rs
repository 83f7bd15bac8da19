//! A subject on a watch list: a site, a company, a road.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, UnitId, WatchEntryId, WatchListId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WatchEntryId,
    pub list_id: WatchListId,
    pub subject: String,
    pub place: Option<String>,
    /// WGS-84 degrees.
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// None where a closing campaign named the subject only.
    pub owner_unit: Option<UnitId>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub reinspect_every_days: Option<i32>,
    pub next_inspection_at: Option<DateTimeUtc>,
    /// For which date the reminder was sent.
    pub reminded_for: Option<DateTimeUtc>,
    pub added_by: PersonId,
    pub added_at: DateTimeUtc,
    pub removed_by: Option<PersonId>,
    pub removed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub removal_reason: Option<String>,
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
