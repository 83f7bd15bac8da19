//! A re-inspection of a watched subject.

use sea_orm::entity::prelude::*;

use crate::ids::{InspectionId, PersonId, WatchEntryId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watch_inspection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InspectionId,
    pub entry_id: WatchEntryId,
    pub at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub photo_ids: Json,
    pub passed: bool,
    pub inspected_by: PersonId,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
