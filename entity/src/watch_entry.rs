//! A subject on a watch list: a site, a company, a road.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, UnitId, WatchEntryId, WatchListId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WatchEntryId,
    /// The watch list that it belongs to.
    pub list_id: WatchListId,
    /// Its subject: empty, or a kind's letter and an id.
    pub subject: String,
    /// The place, in words.
    pub place: Option<String>,
    /// WGS-84 degrees.
    pub longitude: Option<f64>,
    /// WGS-84 degrees.
    pub latitude: Option<f64>,
    /// None where a closing campaign named the subject only.
    pub owner_unit: Option<UnitId>,
    /// The reason given, in words.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Days between inspections. `None` for a single one.
    pub reinspect_every_days: Option<i32>,
    /// When the next inspection is due.
    pub next_inspection_at: Option<DateTimeUtc>,
    /// For which date the reminder was sent.
    pub reminded_for: Option<DateTimeUtc>,
    /// The person who added it.
    pub added_by: PersonId,
    /// When it was added.
    pub added_at: DateTimeUtc,
    /// The person who removed it.
    pub removed_by: Option<PersonId>,
    /// When it was removed. `None` while it is in force.
    pub removed_at: Option<DateTimeUtc>,
    /// Why it was removed, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub removal_reason: Option<String>,
    /// Counts changes; a guarded update names the version that it was based on.
    pub version: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
