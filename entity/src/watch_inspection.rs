//! A re-inspection of a watched subject.

use sea_orm::entity::prelude::*;

use crate::ids::{InspectionId, PersonId, WatchEntryId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_inspection")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    /// The watched subject.
    pub entry_id: WatchEntryId,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Ids of its photos, a JSON list.
    pub photo_ids: Json,
    /// Whether it passed.
    pub passed: bool,
    /// The person who inspected.
    pub inspected_by: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
